import asyncio


def test_only():
    assert asyncio.run(number()) == 1


async def number():
    return 1
