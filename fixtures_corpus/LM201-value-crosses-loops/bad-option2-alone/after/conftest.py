import os

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

URL = os.environ["DATABASE_URL"]


@pytest_asyncio.fixture
async def setup_database():
    engine = create_async_engine(URL, poolclass=NullPool)
    async with engine.begin() as conn:
        await conn.execute(text("create table if not exists s01 (id int)"))
    yield
    await engine.dispose()


@pytest_asyncio.fixture
async def session(setup_database):
    engine = create_async_engine(URL)
    maker = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    async with maker() as session:
        await session.begin()
        try:
            yield session
            await session.rollback()
        except Exception:
            await session.rollback()
            raise
        finally:
            await session.close()
    await engine.dispose()
