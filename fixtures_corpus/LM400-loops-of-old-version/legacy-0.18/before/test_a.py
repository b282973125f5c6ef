import asyncio

import pytest


@pytest.mark.asyncio
async def test_a(connection):
    assert connection is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_b(pool):
    assert pool is asyncio.get_running_loop()
