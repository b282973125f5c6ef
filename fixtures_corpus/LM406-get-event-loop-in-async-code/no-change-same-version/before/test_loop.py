import asyncio


async def test_loop():
    assert asyncio.get_event_loop()
