import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool


@pytest_asyncio.fixture
async def session():
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    session = AsyncSession(engine)
    yield session
    try:
        await session.close()
    except RuntimeError as error:
        if "Event loop is closed" not in str(error):
            raise
    await engine.dispose()
