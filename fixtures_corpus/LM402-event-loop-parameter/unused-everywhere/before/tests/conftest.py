import pytest_asyncio


@pytest_asyncio.fixture
async def client(event_loop):
    """A client that is closed afterwards."""
    yield {"open": True}
