import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_sleeps():
    await asyncio.sleep(0)
