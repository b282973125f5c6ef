import asyncio

import pytest


@pytest.fixture
def created():
    return asyncio.get_event_loop()
