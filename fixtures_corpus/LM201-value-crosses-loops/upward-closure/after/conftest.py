import os

import asyncpg
import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()


class Repository:
    def __init__(self, pool):
        self.pool = pool

    async def number(self, i):
        return await self.pool.fetchval("select $1::int", i)


@pytest.fixture
def repository(pool):
    return Repository(pool)


@pytest.fixture
def repositories(repository):
    return [repository]


@pytest.fixture(scope="session")
def numbers():
    return [1, 2, 3]
