import asyncio
import os

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def session(event_loop):
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool, connect_args={"loop": event_loop})
    async with AsyncSession(engine) as session:
        yield session
        await session.rollback()
    await engine.dispose()
