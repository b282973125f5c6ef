import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def event_loop():
    return asyncio.get_running_loop()
