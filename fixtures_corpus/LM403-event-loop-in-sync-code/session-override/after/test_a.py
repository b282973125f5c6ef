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


@pytest.fixture(scope="session")
def wide(event_loop):
    return event_loop.run_until_complete(zero())


@pytest.mark.asyncio
async def test_wide(wide, pool):
    assert wide is pool is asyncio.get_running_loop()


def test_wide_sync(wide, pool, event_loop):
    assert wide is pool is event_loop
