import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def server():
    yield asyncio.get_running_loop()
