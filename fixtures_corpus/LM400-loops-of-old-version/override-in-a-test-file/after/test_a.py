import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(scope="module")
async def pool():
    loop = asyncio.get_running_loop()
    yield loop
    assert asyncio.get_running_loop() is loop


@pytest_asyncio.fixture
async def row(pool):
    yield asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_one(row, pool):
    assert row is pool is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_two(pool):
    assert pool is asyncio.get_running_loop()


def test_sync():
    pass


class TestIt:
    @pytest.mark.asyncio
    async def test_method(self, row):
        assert row is asyncio.get_running_loop()
