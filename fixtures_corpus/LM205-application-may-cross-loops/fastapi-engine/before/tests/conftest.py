import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from shop.main import app


@pytest_asyncio.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client
