import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from shop.main import app


@pytest_asyncio.fixture(autouse=True, loop_scope="function")
async def dispose_engine():
    """Give the connections of shop.db.engine back on the loop that opened them."""
    yield
    from shop.db import engine

    await engine.dispose()


@pytest_asyncio.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client
