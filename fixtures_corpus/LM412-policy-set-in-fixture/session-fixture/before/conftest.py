import asyncio

import pytest
import uvloop


@pytest.fixture(scope="session", autouse=True)
def use_uvloop():
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    yield
    asyncio.set_event_loop_policy(None)
