import asyncio

import pytest


# Every test gets asyncio's own loops.
@pytest.fixture
def event_loop_policy() -> asyncio.AbstractEventLoopPolicy:
    return asyncio.DefaultEventLoopPolicy()
