import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def event_loop():
    """Give sync code the loop that the tests run on."""
    return asyncio.get_running_loop()


@pytest.fixture(scope="session")
def database(event_loop):
    async def connect():
        return asyncio.get_running_loop()

    return event_loop.run_until_complete(connect())
