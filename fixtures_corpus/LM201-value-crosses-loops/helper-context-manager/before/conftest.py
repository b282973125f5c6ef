import os
from contextlib import asynccontextmanager

import asyncpg
import pytest_asyncio


@asynccontextmanager
async def connected():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    try:
        yield connection
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="session")
async def connection():
    async with connected() as connection:
        yield connection
