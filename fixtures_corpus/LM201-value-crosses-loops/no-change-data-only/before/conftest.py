import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def numbers():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    rows = await connection.fetch("select generate_series(0, 2) as n")
    await connection.close()
    return [row["n"] for row in rows]
