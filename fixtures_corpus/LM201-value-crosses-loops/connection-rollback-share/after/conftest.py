import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await asyncpg.connect(os.environ["PG_PLAIN_URL"])
    await conn.execute("create table if not exists s05 (id int)")
    yield conn
    await conn.close()


@pytest_asyncio.fixture
async def tx(conn):
    transaction = conn.transaction()
    await transaction.start()
    yield conn
    await transaction.rollback()
