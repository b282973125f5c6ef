import pytest_asyncio
from store import Store


@pytest_asyncio.fixture(scope="session")
async def store():
    store = Store("redis://localhost")
    yield store
    await store.close()
