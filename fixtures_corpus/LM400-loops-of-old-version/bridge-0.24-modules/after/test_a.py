import asyncio


async def test_a(client):
    assert client is asyncio.get_running_loop()


async def test_b(server):
    assert server is asyncio.get_running_loop()
