import os

import asyncpg
import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="function")
async def pool():
    async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=1) as pool:
        yield pool


@pytest.mark.parametrize("i", range(3))
async def test_select(pool, i):
    assert await pool.fetchval("select $1::int", i) == i
