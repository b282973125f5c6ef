import asyncpg
import pytest


@pytest.fixture
async def connection():
    connection = await asyncpg.connect("postgresql://localhost")
    yield connection
    await connection.close()
