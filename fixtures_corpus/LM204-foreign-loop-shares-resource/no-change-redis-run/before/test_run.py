import asyncio

from cache import client


def test_one():
    assert asyncio.run(client.get("a")) is None


def test_two():
    assert asyncio.run(client.get("b")) is None
