import asyncio


async def test_a(event_loop):
    assert event_loop is asyncio.get_running_loop()
