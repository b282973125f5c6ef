import asyncio

import pytest


@pytest.mark.asyncio
async def test_clock(clock):
    assert clock is asyncio.get_running_loop()
