import asyncio

import pytest_asyncio
from helpers import run


async def running():
    return asyncio.get_running_loop()


@pytest_asyncio.fixture
def loop():
    return run(running())
