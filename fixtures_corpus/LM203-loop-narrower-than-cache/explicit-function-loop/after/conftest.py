import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tables():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    await connection.execute("create table numbers (n int)")
    await connection.close()
