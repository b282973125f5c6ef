import asyncio

import pytest
from helpers import run


async def running():
    return asyncio.get_running_loop()


@pytest.fixture
def loop():
    return run(running())
