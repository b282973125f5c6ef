import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop():
    assert asyncio.get_running_loop().is_running()
