import asyncio

import pytest
import pytest_asyncio


@pytest.fixture
def event_loop():
    loop = asyncio.SelectorEventLoop()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def clock():
    yield asyncio.get_running_loop()
