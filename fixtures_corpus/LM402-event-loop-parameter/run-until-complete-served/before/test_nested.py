import asyncio

import pytest


async def test_nested(event_loop):
    pause = asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        event_loop.run_until_complete(pause)
    await pause
