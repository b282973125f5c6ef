import asyncio


async def test_kind(clock):
    assert isinstance(clock, asyncio.SelectorEventLoop)
    assert clock is asyncio.get_running_loop()
