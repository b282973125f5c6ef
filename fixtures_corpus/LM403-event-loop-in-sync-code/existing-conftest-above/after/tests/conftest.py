"""Things that all tests use."""

import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(loop_scope="function")
async def event_loop():
    """Give sync code the loop that the tests run on."""
    return asyncio.get_running_loop()


@pytest.fixture
def number():
    return 42
