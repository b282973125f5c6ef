import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def shared():
    return asyncio.get_running_loop()
