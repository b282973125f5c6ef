import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="module")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="module")
async def pool():
    return asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_a(pool):
    assert pool is not asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_b(pool):
    assert pool is not asyncio.get_running_loop()
