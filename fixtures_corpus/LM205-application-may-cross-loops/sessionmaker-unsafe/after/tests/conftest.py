"""Fixtures of all tests."""

import pytest
import pytest_asyncio


@pytest_asyncio.fixture(autouse=True, loop_scope="function")
async def dispose_engine():
    """Give the connections of shop.db.engine back on the loop that opened them."""
    yield
    from shop.db import engine

    await engine.dispose()


@pytest.fixture
def customer():
    return 1
