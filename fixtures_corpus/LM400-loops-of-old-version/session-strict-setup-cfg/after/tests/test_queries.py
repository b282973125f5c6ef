import asyncio

import pytest

pytestmark = pytest.mark.asyncio


async def test_same_loop(connection):
    assert connection["loop"] is asyncio.get_running_loop()


async def test_open(pool, connection):
    assert pool is connection
