import asyncio

from appdb import select


def test_one():
    assert asyncio.run(select(1)) == 1


def test_two():
    assert asyncio.run(select(2)) == 2


async def test_async():
    assert await select(3) == 3
