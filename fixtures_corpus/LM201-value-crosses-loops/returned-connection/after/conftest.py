import os
from collections.abc import AsyncIterator

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def connection() -> AsyncIterator[asyncpg.Connection]:
    # one for the whole run
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    yield connection
    await connection.close()
