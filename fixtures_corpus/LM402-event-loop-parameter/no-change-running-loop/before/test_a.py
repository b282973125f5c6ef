import asyncio


async def test_a():
    event_loop = asyncio.get_running_loop()
    assert event_loop.is_running()
