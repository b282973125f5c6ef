import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"], min_size=1) as pool:
        yield pool
