import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def server():
    yield asyncio.get_running_loop()


@pytest_asyncio.fixture
async def client(server):
    assert server is asyncio.get_running_loop()
    yield server
