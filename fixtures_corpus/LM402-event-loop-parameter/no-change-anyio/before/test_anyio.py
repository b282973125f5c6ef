import asyncio

import pytest


@pytest.mark.anyio
async def test_anyio(event_loop):
    assert event_loop is not asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_asyncio():
    pass
