import os

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


@pytest_asyncio.fixture(scope="session")
async def engine():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.begin() as conn:
        await conn.execute(text("create table if not exists s12 (id int)"))
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(scope="session")
async def seeded(engine):
    async with engine.begin() as conn:
        await conn.execute(text("insert into s12 values (42)"))
    return 42


@pytest.fixture(scope="session")
def settings(engine):
    return {"dialect": engine.dialect.name}
