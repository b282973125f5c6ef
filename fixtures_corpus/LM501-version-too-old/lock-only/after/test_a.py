import asyncio


async def test_a():
    event_loop = asyncio.get_running_loop()
    event_loop.call_soon(print)
