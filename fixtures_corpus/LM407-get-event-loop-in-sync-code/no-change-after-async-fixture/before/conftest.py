import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def started():
    return asyncio.get_running_loop()


@pytest.fixture
def loop(started):
    return asyncio.get_event_loop()
