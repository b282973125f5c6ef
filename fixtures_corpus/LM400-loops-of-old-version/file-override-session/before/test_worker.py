import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
async def worker():
    loop = asyncio.get_running_loop()
    yield loop
    assert loop is asyncio.get_running_loop()


async def test_put(worker):
    assert worker is asyncio.get_running_loop()


async def test_get(worker):
    assert worker is asyncio.get_running_loop()
