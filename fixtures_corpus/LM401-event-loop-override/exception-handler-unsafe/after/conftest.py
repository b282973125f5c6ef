import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session", autouse=True, loop_scope="session")
async def setup_teardown():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(print)
    yield


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
