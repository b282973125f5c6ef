import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(name="pool")
async def make_pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()
