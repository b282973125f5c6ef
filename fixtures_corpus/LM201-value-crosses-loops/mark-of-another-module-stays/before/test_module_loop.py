import os

import asyncpg
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connection():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    yield connection
    await connection.close()


async def test_one(connection):
    assert await connection.fetchval("select 1") == 1


async def test_two(connection):
    assert await connection.fetchval("select 2") == 2
