import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    loop = asyncio.get_running_loop()
    yield loop
    assert asyncio.get_running_loop() is loop


@pytest_asyncio.fixture
async def row(pool):
    yield asyncio.get_running_loop()
