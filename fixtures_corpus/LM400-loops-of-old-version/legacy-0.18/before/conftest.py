import asyncio

import pytest


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
async def pool():
    yield asyncio.get_running_loop()


@pytest.fixture
async def connection(pool):
    assert pool is asyncio.get_running_loop()
    yield pool
