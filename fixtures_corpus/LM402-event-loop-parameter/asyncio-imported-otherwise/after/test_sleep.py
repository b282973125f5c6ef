import asyncio
from asyncio import sleep


async def test_sleep():
    event_loop = asyncio.get_running_loop()
    started = event_loop.time()
    await sleep(0)
    assert event_loop.time() >= started
