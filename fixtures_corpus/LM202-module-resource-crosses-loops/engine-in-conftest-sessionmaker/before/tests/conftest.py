import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(
    os.environ["DATABASE_URL"],
    pool_size=5,
    max_overflow=0,
)
Session = async_sessionmaker(engine)


@pytest_asyncio.fixture
async def session():
    async with Session() as session:
        yield session
