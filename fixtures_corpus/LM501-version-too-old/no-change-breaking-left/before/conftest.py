import asyncio

import pytest


@pytest.fixture(scope="session", params=["a", "b"])
def event_loop(request):
    loop = asyncio.new_event_loop()
    loop.kind = request.param
    yield loop
    loop.close()
