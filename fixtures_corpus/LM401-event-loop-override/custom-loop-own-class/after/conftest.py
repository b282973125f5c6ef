import asyncio

import pytest_asyncio
from clockwork import ClockworkEventLoop


def pytest_asyncio_loop_factories():
    """Choose how the event loops of async tests are made."""
    return {"asyncio": ClockworkEventLoop}


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
