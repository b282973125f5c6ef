import asyncio


def test_sync():
    asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))


async def test_async():
    pass
