import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(autouse=True)
def prepare(event_loop):
    event_loop.run_until_complete(asyncio.sleep(0))
    yield
    event_loop.run_until_complete(asyncio.sleep(0))


@pytest_asyncio.fixture
async def row():
    yield asyncio.get_running_loop()
