import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def row():
    yield asyncio.get_running_loop()
