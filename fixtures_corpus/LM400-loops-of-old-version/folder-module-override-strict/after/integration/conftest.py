import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def server():
    loop = asyncio.get_running_loop()
    yield loop
    assert loop is asyncio.get_running_loop()
