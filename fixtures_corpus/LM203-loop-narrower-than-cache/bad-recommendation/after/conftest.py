import os

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

URL = os.environ["DATABASE_URL"]


@pytest_asyncio.fixture(autouse=True, scope="session", loop_scope="session")
async def schema():
    engine = create_async_engine(URL)
    async with engine.begin() as conn:
        await conn.execute(text("create table if not exists s18 (id int)"))
    await engine.dispose()


@pytest_asyncio.fixture
async def engine():
    engine = create_async_engine(URL)
    yield engine
    await engine.dispose()
