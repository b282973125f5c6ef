import asyncio

import pytest


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
