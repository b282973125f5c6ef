import asyncio


async def test_same_loop(connection):
    assert connection["loop"] is asyncio.get_running_loop()


class TestQueries:
    async def test_open(self, pool, connection):
        assert pool is connection


def test_sync():
    assert 1 + 1 == 2
