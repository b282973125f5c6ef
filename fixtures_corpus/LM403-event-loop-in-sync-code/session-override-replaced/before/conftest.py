import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture(scope="session")
def database(event_loop):
    async def connect():
        return asyncio.get_running_loop()

    return event_loop.run_until_complete(connect())
