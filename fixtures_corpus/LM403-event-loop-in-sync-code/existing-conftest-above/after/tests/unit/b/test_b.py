import asyncio

import pytest


@pytest.fixture
def loop_of_fixture(event_loop):
    yield event_loop
    event_loop.run_until_complete(asyncio.sleep(0))


@pytest.mark.asyncio
async def test_async(loop_of_fixture):
    assert loop_of_fixture is asyncio.get_running_loop()


def test_sync(loop_of_fixture, event_loop):
    assert loop_of_fixture is event_loop
