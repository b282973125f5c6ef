import os

import asyncpg
import pytest


@pytest.mark.parametrize("i", range(2))
async def test_select(i):
    async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=1) as pool:
        assert await pool.fetchval("select $1::int", i) == i
