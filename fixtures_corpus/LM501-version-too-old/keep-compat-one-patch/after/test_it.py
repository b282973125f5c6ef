import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="module")
async def test_sleeps():
    await asyncio.sleep(0)
