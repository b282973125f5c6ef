import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    """A client that is closed afterwards."""
    yield {"open": True}
