import asyncio


def test_policy(use_uvloop):
    asyncio.run(asyncio.sleep(0))


async def test_sleeps():
    await asyncio.sleep(0)
