import asyncio

LOOPS = []


async def test_first():
    LOOPS.append(asyncio.get_running_loop())


async def test_second():
    assert asyncio.get_running_loop() is not LOOPS[0]


class TestMore:
    async def test_third(self):
        assert asyncio.get_running_loop() not in LOOPS
