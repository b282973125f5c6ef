import asyncio


async def test_a(server):
    assert server is asyncio.get_running_loop()
