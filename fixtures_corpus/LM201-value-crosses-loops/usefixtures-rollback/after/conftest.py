import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def connection():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    yield connection
    await connection.close()


@pytest_asyncio.fixture
async def rolled_back(connection):
    transaction = connection.transaction()
    await transaction.start()
    yield
    await transaction.rollback()
