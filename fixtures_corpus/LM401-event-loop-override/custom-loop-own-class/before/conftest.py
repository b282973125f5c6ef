import asyncio

import pytest
import pytest_asyncio
from clockwork import ClockworkEventLoop


@pytest.fixture(scope="session")
def event_loop():
    loop = ClockworkEventLoop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
