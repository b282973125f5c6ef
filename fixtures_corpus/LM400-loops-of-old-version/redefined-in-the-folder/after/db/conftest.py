import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clock():
    return asyncio.get_running_loop()
