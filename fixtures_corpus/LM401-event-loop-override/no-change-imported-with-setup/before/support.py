import asyncio

import pytest

SEEN = []


@pytest.fixture(scope="session")
def event_loop():
    SEEN.append(1)
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
    SEEN.clear()
