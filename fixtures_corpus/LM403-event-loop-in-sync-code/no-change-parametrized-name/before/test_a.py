import asyncio

import pytest


@pytest.mark.parametrize("event_loop", [asyncio.SelectorEventLoop()])
def test_option(event_loop):
    event_loop.run_until_complete(asyncio.sleep(0))


@pytest.mark.asyncio
async def test_b():
    pass
