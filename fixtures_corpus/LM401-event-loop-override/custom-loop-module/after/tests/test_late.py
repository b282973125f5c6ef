import asyncio

import pytest


@pytest.mark.asyncio
async def test_late():
    assert asyncio.get_running_loop().late
