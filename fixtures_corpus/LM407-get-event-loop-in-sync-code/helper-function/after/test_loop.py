import asyncio


async def test_same(loop):
    assert loop is asyncio.get_running_loop()


async def test_again(loop):
    assert loop is asyncio.get_running_loop()
