import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def connection() -> asyncpg.Connection:
    # one for the whole run
    return await asyncpg.connect(os.environ["PG_PLAIN_URL"])
