import asyncio


async def test_a(pool):
    pass


def test_b():
    asyncio.get_event_loop().run_until_complete(asyncio.sleep(0))
