import asyncio

import pytest


@pytest.mark.asyncio
async def test_asks(event_loop):
    event_loop.call_soon(print)
    await asyncio.sleep(0)
