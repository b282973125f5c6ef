import asyncio

import pytest_asyncio
import sys

# The other one cannot watch pipes.
if sys.platform == "win32":
    asyncio.set_event_loop_policy(asyncio.WindowsSelectorEventLoopPolicy())


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
