import pytest_asyncio
from shop.client import Client


@pytest_asyncio.fixture
def client():
    return Client()
