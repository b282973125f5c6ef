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
    pool = {"loop": asyncio.get_running_loop(), "open": True}
    yield pool
    assert pool["loop"] is asyncio.get_running_loop()
    pool["open"] = False


@pytest_asyncio.fixture
async def connection(pool):
    assert pool["loop"] is asyncio.get_running_loop()
    yield pool
    assert pool["open"]
