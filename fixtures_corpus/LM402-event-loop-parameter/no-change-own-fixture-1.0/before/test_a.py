import asyncio

import pytest


@pytest.fixture
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def test_a(event_loop):
    assert event_loop is not asyncio.get_running_loop()
