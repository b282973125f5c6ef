import httpx
import pytest_asyncio


@pytest_asyncio.fixture
async def api():
    async with httpx.AsyncClient(base_url="http://localhost:8000") as client:
        yield client
