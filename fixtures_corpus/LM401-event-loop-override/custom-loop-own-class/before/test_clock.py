import asyncio

from clockwork import ClockworkEventLoop


async def test_kind(clock):
    assert isinstance(clock, ClockworkEventLoop)
    assert clock is asyncio.get_running_loop()


async def test_again(clock):
    assert clock is asyncio.get_running_loop()
