import os

import asyncpg
import pytest_asyncio


def lifetime(fixture_name, config):
    return "session"


@pytest_asyncio.fixture(scope=lifetime)
async def tables():
    connection = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    await connection.execute("create table numbers (n int)")
    await connection.close()
