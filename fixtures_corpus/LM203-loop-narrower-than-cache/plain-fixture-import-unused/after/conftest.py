import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ready():
    await asyncio.sleep(0)
    return 1
