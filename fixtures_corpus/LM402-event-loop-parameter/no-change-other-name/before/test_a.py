import asyncio


async def test_a(loop):
    assert loop is asyncio.get_running_loop()
