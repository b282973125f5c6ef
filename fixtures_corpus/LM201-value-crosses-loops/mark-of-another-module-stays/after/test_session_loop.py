import os

import asyncpg
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()


@pytest.mark.asyncio
async def test_one(pool):
    assert await pool.fetchval("select 1") == 1


async def test_two(pool):
    assert await pool.fetchval("select 2") == 2
