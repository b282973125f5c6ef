import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(print, "127.0.0.1", 0))
    yield loop
    server.close()
    loop.run_until_complete(server.wait_closed())
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def clock():
    yield asyncio.get_running_loop()
