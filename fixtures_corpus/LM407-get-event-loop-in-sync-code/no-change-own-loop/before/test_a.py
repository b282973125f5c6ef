import asyncio

import pytest


async def zero():
    return 0


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def test_own(loop):
    assert loop.run_until_complete(zero()) == 0


def test_run():
    assert asyncio.run(zero()) == 0


@pytest.mark.asyncio
async def test_async():
    assert await zero() == 0
