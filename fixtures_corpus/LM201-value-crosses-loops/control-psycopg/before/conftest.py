import os

import psycopg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await psycopg.AsyncConnection.connect(os.environ["PG_PLAIN_URL"])
    await conn.execute("create table if not exists s14 (id int)")
    await conn.commit()
    yield conn
    await conn.close()
