import os

import asyncpg
from pytest_asyncio import fixture


@fixture
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()
