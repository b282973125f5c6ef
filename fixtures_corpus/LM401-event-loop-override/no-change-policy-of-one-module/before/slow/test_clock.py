import asyncio


async def test_a(clock):
    assert clock is asyncio.get_running_loop()


async def test_b(clock):
    assert clock is asyncio.get_running_loop()
