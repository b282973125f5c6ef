import asyncio
import os

import asyncpg
import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()
