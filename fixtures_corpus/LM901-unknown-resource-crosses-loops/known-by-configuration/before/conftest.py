import acme
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def client():
    return acme.Client("localhost")
