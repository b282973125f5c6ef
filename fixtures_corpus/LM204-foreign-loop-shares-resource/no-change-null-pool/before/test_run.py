import asyncio
import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)


async def select(n):
    async with engine.connect() as connection:
        return await connection.scalar(text(f"select {n}"))


def test_one():
    assert asyncio.run(select(1)) == 1


def test_two():
    assert asyncio.run(select(2)) == 2


def test_three():
    assert asyncio.run(select(3)) == 3
