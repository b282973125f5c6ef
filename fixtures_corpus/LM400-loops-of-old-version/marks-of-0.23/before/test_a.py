import asyncio

import pytest
import pytest_asyncio


@pytest.mark.asyncio(scope="module")
class TestA:
    async def test_a(self, pool):
        assert pool is asyncio.get_running_loop()

    async def test_b(self, pool):
        assert pool is asyncio.get_running_loop()


@pytest_asyncio.fixture(scope="module")
async def pool():
    loop = asyncio.get_running_loop()
    yield loop
    assert asyncio.get_running_loop() is loop


@pytest.mark.asyncio
async def test_free(event_loop):
    assert event_loop is asyncio.get_running_loop()
