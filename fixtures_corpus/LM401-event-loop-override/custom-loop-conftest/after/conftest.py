import asyncio

import pytest_asyncio


def pytest_asyncio_loop_factories():
    """Choose how the event loops of async tests are made."""
    return {"asyncio": asyncio.SelectorEventLoop}


@pytest_asyncio.fixture
async def clock():
    yield asyncio.get_running_loop()
