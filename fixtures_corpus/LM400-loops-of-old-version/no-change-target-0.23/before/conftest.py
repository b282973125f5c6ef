import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()

SEEN = []


@pytest_asyncio.fixture
async def clock():
    SEEN.append(asyncio.get_running_loop())
    yield SEEN[-1]
    assert SEEN[-1] is asyncio.get_running_loop()
