import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(
    os.environ["DATABASE_URL"],
    poolclass=NullPool,
)
Session = async_sessionmaker(engine)


@pytest_asyncio.fixture
async def session():
    async with Session() as session:
        yield session
