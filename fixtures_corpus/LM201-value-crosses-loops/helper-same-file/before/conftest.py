import os

import asyncpg
import pytest_asyncio


async def connect():
    return await asyncpg.connect(os.environ["PG_PLAIN_URL"])


@pytest_asyncio.fixture(scope="session")
async def connection():
    connection = await connect()
    yield connection
    await connection.close()
