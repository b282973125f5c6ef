import asyncio
import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


async def select(n):
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.connect() as connection:
        found = await connection.scalar(text(f"select {n}"))
    await engine.dispose()
    return found


def test_one():
    assert asyncio.run(select(1)) == 1


def test_two():
    assert asyncio.run(select(2)) == 2


async def test_three():
    assert await select(3) == 3
