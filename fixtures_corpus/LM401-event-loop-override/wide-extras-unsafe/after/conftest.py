import asyncio

import pytest
import pytest_asyncio
import os


@pytest.fixture(scope="session", autouse=True)
def setup_teardown():
    os.environ["SHOP_ENV"] = "test"
    yield
    del os.environ["SHOP_ENV"]


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
