import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def each():
    return asyncio.get_running_loop()
