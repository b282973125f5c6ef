import asyncio

from appdb import select


def test_two_runs():
    assert asyncio.run(select(1)) == 1
    assert asyncio.run(select(2)) == 2
