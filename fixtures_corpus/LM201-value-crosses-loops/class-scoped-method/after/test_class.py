import os

import asyncpg
import pytest_asyncio


class TestNumbers:
    @pytest_asyncio.fixture
    async def connection(self):
        connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
        yield connection
        await connection.close()

    async def test_one(self, connection):
        assert await connection.fetchval("select 1") == 1

    async def test_two(self, connection):
        assert await connection.fetchval("select 2") == 2
