import asyncio

import pytest
from helpers import connect


async def start(event_loop=None):
    return event_loop or asyncio.get_running_loop()


async def test_a():
    loop = await start()
    assert await connect(loop, "a") == (loop, "a")


@pytest.mark.parametrize("kind", ["event_loop", "loop"])
def test_names(kind):
    assert "loop" in kind
