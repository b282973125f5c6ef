import asyncio

import pytest
import pytest_asyncio
import sys


@pytest.fixture(scope="session")
def event_loop():
    # The other one cannot watch pipes.
    if sys.platform == "win32":
        asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
