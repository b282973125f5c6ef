import asyncio

from cache import get


def test_one():
    assert asyncio.run(get("a")) is None


def test_two():
    assert asyncio.run(get("b")) is None
