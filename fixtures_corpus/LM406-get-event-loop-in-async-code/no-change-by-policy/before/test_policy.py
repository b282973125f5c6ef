import asyncio


async def test_policy():
    assert asyncio.get_event_loop_policy().get_event_loop()
