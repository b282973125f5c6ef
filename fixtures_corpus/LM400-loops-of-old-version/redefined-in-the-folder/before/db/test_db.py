import asyncio


async def test_db(clock):
    assert clock is asyncio.get_running_loop()


async def test_more(clock):
    assert clock is asyncio.get_running_loop()
