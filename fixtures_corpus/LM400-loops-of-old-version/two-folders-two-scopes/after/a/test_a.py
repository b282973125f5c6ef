import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a(shared):
    assert shared is asyncio.get_running_loop()
