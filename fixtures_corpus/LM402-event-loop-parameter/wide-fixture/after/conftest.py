import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    event_loop = asyncio.get_running_loop()
    yield event_loop
    assert event_loop is asyncio.get_running_loop()
