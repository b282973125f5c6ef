import asyncio

import pytest
import pytest_asyncio
from support import new_test_loop


@pytest.fixture(scope="session")
def event_loop():
    loop = new_test_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
