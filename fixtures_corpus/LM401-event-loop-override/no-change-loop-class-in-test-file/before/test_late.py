import asyncio

import pytest
import pytest_asyncio


class LateEventLoop(asyncio.SelectorEventLoop):
    late = True


@pytest.fixture
def event_loop():
    loop = LateEventLoop()
    yield loop
    loop.close()


@pytest.mark.asyncio
async def test_late():
    assert asyncio.get_running_loop().late
