import asyncio

import pytest
import pytest_asyncio


@pytest.fixture
def event_loop(request):
    marker = request.node.get_closest_marker("slow_loop")
    loop = asyncio.SelectorEventLoop() if marker else asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def clock():
    yield asyncio.get_running_loop()
