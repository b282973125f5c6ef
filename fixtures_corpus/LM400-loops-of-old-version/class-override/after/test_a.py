import asyncio

import pytest


@pytest.mark.asyncio
class TestOne:
    async def test_a(self, row, pool):
        assert row is pool is asyncio.get_running_loop()

    async def test_b(self, pool):
        assert pool is asyncio.get_running_loop()


@pytest.mark.asyncio
class TestTwo:
    async def test_a(self, pool):
        assert pool is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free(row):
    pass


@pytest.mark.asyncio
async def test_free_two(row):
    pass
