import asyncio

import pytest
import pytest_asyncio
import contextlib


@pytest.fixture(scope="session")
def event_loop():
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        yield loop


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
