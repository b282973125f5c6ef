import pytest
import redis.asyncio as redis


@pytest.fixture(scope="session")
def url():
    return "redis://localhost"


@pytest.fixture(scope="session")
def client(url) -> redis.Redis:
    return redis.Redis.from_url(url)
