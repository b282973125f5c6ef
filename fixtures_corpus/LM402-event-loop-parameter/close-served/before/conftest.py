import pytest_asyncio


@pytest_asyncio.fixture
async def server(event_loop):
    yield "server"
    event_loop.stop()
    event_loop.close()
