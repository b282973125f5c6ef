import asyncio


async def test_b(each):
    assert each is asyncio.get_running_loop()
