import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def pool(request):
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=request.param)
    yield pool
    await pool.close()
