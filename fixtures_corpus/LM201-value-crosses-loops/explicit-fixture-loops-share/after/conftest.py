import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(pool):
    async with pool.acquire() as connection:
        yield connection
