import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a(pool):
    assert pool is asyncio.get_running_loop()


async def test_b(pool):
    assert pool is asyncio.get_running_loop()
