import asyncio

import pytest
import pytest_asyncio


class Client:
    def __init__(self):
        self.loop = asyncio.get_event_loop()


async def running():
    return asyncio.get_running_loop()


@pytest_asyncio.fixture
def client():
    return Client()


@pytest_asyncio.fixture
def driven():
    loop = asyncio.get_event_loop()
    return loop.run_until_complete(running())


@pytest.mark.asyncio
async def test_a(client):
    assert client.loop is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_b(driven):
    assert driven is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_c(client, driven):
    assert client.loop is driven


def test_sync(event_loop):
    asyncio.get_event_loop().run_until_complete(running())
