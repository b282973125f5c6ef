import asyncio

import pytest


@pytest.fixture(scope="session")
def created():
    return asyncio.get_event_loop().time()
