import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def clock():
    return asyncio.get_running_loop()
