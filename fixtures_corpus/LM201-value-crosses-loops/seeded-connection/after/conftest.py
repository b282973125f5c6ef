import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def connection():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    await connection.execute("create temporary table numbers as select generate_series(0, 9) as n")
    yield connection
    await connection.close()
