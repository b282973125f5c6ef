import asyncio


def test_sync(loop):
    loop.run_until_complete(asyncio.sleep(0))


async def test_async():
    pass
