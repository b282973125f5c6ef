import asyncio

import pytest


async def zero():
    return asyncio.get_running_loop()


@pytest.fixture
def prepared(event_loop):
    yield event_loop.run_until_complete(zero())
    event_loop.run_until_complete(zero())


@pytest.mark.asyncio
async def test_async(prepared):
    assert prepared is asyncio.get_running_loop()


def test_sync(event_loop, prepared):
    assert event_loop.run_until_complete(zero()) is prepared


def test_plain(prepared):
    pass
