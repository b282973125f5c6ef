import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def pool():
    loop = asyncio.get_running_loop()
    yield loop
    assert asyncio.get_running_loop() is loop


@pytest_asyncio.fixture
async def row(pool):
    yield asyncio.get_running_loop()
