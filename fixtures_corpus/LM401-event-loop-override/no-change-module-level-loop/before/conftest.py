import asyncio

import pytest
import pytest_asyncio

LOOP = asyncio.new_event_loop()


@pytest.fixture(scope="session")
def event_loop():
    yield LOOP
    LOOP.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
