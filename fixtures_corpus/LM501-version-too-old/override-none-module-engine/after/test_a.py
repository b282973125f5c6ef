import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(os.environ["PG_URL"], poolclass=NullPool)


async def test_one():
    async with engine.connect() as connection:
        assert (await connection.execute(text("select 1"))).scalar() == 1


async def test_two():
    async with engine.connect() as connection:
        assert (await connection.execute(text("select 2"))).scalar() == 2
