import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="module")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def test_a(clock):
    assert clock is asyncio.get_running_loop()


async def test_b(clock):
    assert clock is asyncio.get_running_loop()
