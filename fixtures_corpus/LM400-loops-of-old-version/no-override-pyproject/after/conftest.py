import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def client():
    yield asyncio.get_running_loop()
