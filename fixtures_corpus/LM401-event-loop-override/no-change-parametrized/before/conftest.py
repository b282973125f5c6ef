import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(params=[asyncio.new_event_loop, asyncio.SelectorEventLoop])
def event_loop(request):
    loop = request.param()
    yield loop
    loop.close()


@pytest_asyncio.fixture
async def clock():
    yield asyncio.get_running_loop()
