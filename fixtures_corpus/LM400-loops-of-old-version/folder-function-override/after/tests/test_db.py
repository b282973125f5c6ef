import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_same_loop(connection):
    assert connection["loop"] is asyncio.get_running_loop()


@pytest.mark.asyncio(loop_scope="session")
class TestQueries:
    async def test_open(self, pool, connection):
        assert pool is connection


def test_sync():
    assert 1 + 1 == 2
