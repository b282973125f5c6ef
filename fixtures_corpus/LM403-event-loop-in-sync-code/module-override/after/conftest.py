import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def event_loop():
    """Give sync code the loop that the tests run on."""
    return asyncio.get_running_loop()


@pytest_asyncio.fixture(scope="module")
async def pool():
    loop = asyncio.get_running_loop()
    yield loop
    assert asyncio.get_running_loop() is loop
