import asyncio

import pytest
from loops import install_loop


@pytest.fixture
def event_loop():
    install_loop()
    loop = asyncio.get_event_loop()
    yield loop
    loop.close()
