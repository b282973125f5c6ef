import asyncio

import pytest
from marks import asynchronous

pytestmark = asynchronous()


@pytest.fixture(scope="module")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def test_a():
    pass


async def test_b():
    pass
