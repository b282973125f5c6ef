import asyncio

import pytest_asyncio
from support import *  # noqa: F403


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
