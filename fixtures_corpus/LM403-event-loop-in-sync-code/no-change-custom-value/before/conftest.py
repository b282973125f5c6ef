import asyncio

import pytest

_LOOPS = {}


@pytest.fixture(scope="session")
def event_loop(request):
    loop = _LOOPS.setdefault(request.config, asyncio.new_event_loop())
    yield loop
    loop.close()
