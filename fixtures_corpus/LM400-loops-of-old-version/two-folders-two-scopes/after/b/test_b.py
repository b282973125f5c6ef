import asyncio

import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_b(each):
    assert each is asyncio.get_running_loop()
