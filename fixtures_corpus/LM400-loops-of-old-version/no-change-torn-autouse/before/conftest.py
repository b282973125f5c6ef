import asyncio

import pytest
import pytest_asyncio

SEEN = []


@pytest_asyncio.fixture(autouse=True)
async def clock():
    SEEN.append(asyncio.get_running_loop())
    yield SEEN[-1]
    assert SEEN[-1] is asyncio.get_running_loop()
