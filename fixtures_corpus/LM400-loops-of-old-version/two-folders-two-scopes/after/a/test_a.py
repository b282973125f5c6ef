import asyncio


async def test_a(shared):
    assert shared is asyncio.get_running_loop()
