import asyncio

import pytest


@pytest.mark.asyncio
async def test_one(pool):
    assert pool is pool is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_two(pool):
    assert pool is asyncio.get_running_loop()


def test_sync():
    pass


class TestIt:
    @pytest.mark.asyncio
    async def test_method(self, pool):
        assert pool is asyncio.get_running_loop()
