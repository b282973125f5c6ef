import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="function")
async def event_loop():
    """Give sync code the loop that the tests run on."""
    return asyncio.get_running_loop()


@pytest_asyncio.fixture
async def server(event_loop):
    yield "server"
    event_loop.stop()
    event_loop.close()
