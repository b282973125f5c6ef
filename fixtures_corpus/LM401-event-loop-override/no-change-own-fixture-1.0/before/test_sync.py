import asyncio

import pytest


@pytest.fixture
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def answer():
    return 42


def test_answer(event_loop):
    assert event_loop.run_until_complete(answer()) == 42


@pytest.mark.asyncio
async def test_async():
    assert await answer() == 42
