import asyncio

import pytest
import pytest_asyncio


@pytest.fixture
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def clock():
    yield asyncio.get_running_loop()
