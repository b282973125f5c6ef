import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def started():
    yield asyncio.get_event_loop().time()
