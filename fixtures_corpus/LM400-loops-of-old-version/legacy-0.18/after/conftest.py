import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    yield asyncio.get_running_loop()


@pytest_asyncio.fixture
async def connection(pool):
    assert pool is asyncio.get_running_loop()
    yield pool
