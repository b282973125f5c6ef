import asyncio

import pytest_asyncio

asyncio.set_event_loop_policy(asyncio.DefaultEventLoopPolicy())


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
