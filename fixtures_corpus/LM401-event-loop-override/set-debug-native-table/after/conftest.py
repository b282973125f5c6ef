import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
