import asyncio
import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine


@pytest_asyncio.fixture(scope="session")
async def engine():
    loop = asyncio.get_running_loop()
    engine = create_async_engine(os.environ["DATABASE_URL"], connect_args={"loop": loop})
    yield engine
    await engine.dispose()
