import httpx
import pytest_asyncio
from app import app
from asgi_lifespan import LifespanManager


@pytest_asyncio.fixture(scope="session")
async def client():
    async with LifespanManager(app) as manager:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=manager.app), base_url="http://t") as client:
            yield client
