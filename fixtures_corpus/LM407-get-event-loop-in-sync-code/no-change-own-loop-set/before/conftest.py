import asyncio

import pytest


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield asyncio.get_event_loop()
    asyncio.set_event_loop(None)
    loop.close()
