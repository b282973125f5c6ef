import asyncio


async def test_unit(clock):
    assert clock is asyncio.get_running_loop()
