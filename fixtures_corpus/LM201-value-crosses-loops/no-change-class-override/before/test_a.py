import os

import asyncpg
import pytest_asyncio


class TestPool:
    @pytest_asyncio.fixture(loop_scope="function")
    async def pool(self):
        async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=1) as pool:
            yield pool

    async def test_one(self, pool):
        assert await pool.fetchval("select 1") == 1

    async def test_two(self, pool):
        assert await pool.fetchval("select 2") == 2
