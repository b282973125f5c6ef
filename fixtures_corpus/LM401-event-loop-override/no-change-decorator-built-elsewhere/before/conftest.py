import asyncio
import functools

import pytest
import pytest_asyncio


wide = functools.partial(pytest.fixture, scope="session")


@wide()
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
