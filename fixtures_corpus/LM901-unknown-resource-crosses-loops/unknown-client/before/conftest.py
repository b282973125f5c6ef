import acme
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def client():
    client = acme.Client("localhost")
    yield client
    await client.close()
