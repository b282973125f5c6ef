import os

import asyncpg
import pytest_asyncio


def lifetime(fixture_name, config):
    return "session" if config.option.verbose < 2 else "function"


@pytest_asyncio.fixture(scope=lifetime)
async def pool():
    pool = await asyncpg.create_pool(os.environ["PG_PLAIN_URL"])
    yield pool
    await pool.close()
