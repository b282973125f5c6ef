import pytest_asyncio

from .support import connect


@pytest_asyncio.fixture(scope="session")
async def connection():
    connection = await connect()
    yield connection
    await connection.close()
