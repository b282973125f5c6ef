import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    loop.set_debug(True)
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
