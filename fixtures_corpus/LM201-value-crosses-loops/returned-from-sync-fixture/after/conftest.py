from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import redis.asyncio as redis


@pytest.fixture(scope="session")
def url():
    return "redis://localhost"


@pytest_asyncio.fixture
async def client(url) -> AsyncIterator[redis.Redis]:
    client = redis.Redis.from_url(url)
    yield client
    await client.aclose()
