import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def connection():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def version(connection):
    return await connection.fetchval("show server_version")
