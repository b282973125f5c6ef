import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def pool():
    yield asyncio.get_running_loop()


@pytest_asyncio.fixture
async def row(pool):
    yield asyncio.get_running_loop()
