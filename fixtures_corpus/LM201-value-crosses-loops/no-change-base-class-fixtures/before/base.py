import os

import asyncpg
import pytest
import pytest_asyncio


@pytest.mark.asyncio(loop_scope="class")
class Base:
    @pytest_asyncio.fixture(scope="class", loop_scope="class")
    async def pool(self):
        async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=1) as pool:
            yield pool

    async def test_one(self, pool):
        assert await pool.fetchval("select 1") == 1
