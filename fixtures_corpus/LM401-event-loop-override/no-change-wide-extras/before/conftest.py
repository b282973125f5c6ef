import asyncio

import pytest
import pytest_asyncio
import os


@pytest.fixture(scope="session")
def event_loop():
    os.environ["SHOP_ENV"] = "test"
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
    del os.environ["SHOP_ENV"]


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
