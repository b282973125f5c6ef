import asyncio

import pytest
from late import LateEventLoop


@pytest.fixture
def event_loop():
    loop = LateEventLoop()
    yield loop
    loop.close()


@pytest.mark.asyncio
async def test_late():
    assert asyncio.get_running_loop().late
