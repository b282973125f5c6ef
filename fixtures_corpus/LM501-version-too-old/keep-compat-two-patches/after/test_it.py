import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_sleeps():
    await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_asks():
    event_loop = asyncio.get_running_loop()
    assert event_loop is asyncio.get_running_loop()
