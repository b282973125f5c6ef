import asyncio

import pytest_asyncio


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
