import os  # settings

import asyncpg
import pytest_asyncio


# one pool for everybody
@pytest_asyncio.fixture  # costs a second
async def pool():
	pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
	yield pool
	await pool.close()