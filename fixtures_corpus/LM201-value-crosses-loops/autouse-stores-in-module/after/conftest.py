import os

import appdb
import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def database():
    appdb.pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield
    await appdb.pool.close()
