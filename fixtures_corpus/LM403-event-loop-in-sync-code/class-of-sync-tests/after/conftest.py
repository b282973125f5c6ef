import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="function")
async def event_loop():
    """Give sync code the loop that the tests run on."""
    return asyncio.get_running_loop()
