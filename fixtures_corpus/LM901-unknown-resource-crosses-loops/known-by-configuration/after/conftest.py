import acme
import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    client = acme.Client("localhost")
    yield client
    await client.close()
