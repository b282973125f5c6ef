import pytest
from shop.client import Client


@pytest.fixture
def client():
    return Client()
