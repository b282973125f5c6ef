import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    yield conn
    await conn.close()
