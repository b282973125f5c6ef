import asyncio


async def test_a(model):
    assert model is asyncio.get_running_loop()
