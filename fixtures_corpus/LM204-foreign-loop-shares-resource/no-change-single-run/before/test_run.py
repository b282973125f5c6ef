import asyncio

from appdb import engine, select


def test_one():
    assert asyncio.run(select(1)) == 1


def test_name():
    assert engine.name == "postgresql"
