import os

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

URL = os.environ["DATABASE_URL"]


@pytest_asyncio.fixture
async def session():
    engine = create_async_engine(URL, poolclass=NullPool)
    async with AsyncSession(engine) as session:
        await session.execute(text("create table if not exists s21 (id int)"))
        yield session
        await session.rollback()
    await engine.dispose()
