import asyncio

import pytest


@pytest.mark.asyncio(scope="module")
async def test_sleeps():
    await asyncio.sleep(0)
