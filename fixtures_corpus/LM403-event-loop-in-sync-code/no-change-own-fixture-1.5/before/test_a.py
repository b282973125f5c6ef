import asyncio

import pytest


def test_a(event_loop):
    event_loop.run_until_complete(asyncio.sleep(0))


@pytest.mark.asyncio
async def test_b():
    pass
