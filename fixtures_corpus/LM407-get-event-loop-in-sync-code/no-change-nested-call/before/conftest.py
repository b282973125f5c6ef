import asyncio

import pytest


@pytest.fixture
def clock():
    def time():
        return asyncio.get_event_loop().time()

    return time
