import os

import asyncpg
import pytest


@pytest.fixture(scope="session")
async def pool(anyio_backend):
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"
