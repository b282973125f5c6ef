import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def mailbox():
    box = []
    yield box
    try:
        box.clear()
    except RuntimeError as error:
        if "Event loop is closed" not in str(error):
            raise
