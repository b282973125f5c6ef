import asyncio

import pytest_asyncio
from support.loops import event_loop  # noqa: F401


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
