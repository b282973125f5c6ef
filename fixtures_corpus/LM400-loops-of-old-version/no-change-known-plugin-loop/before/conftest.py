import asyncio

import pytest


@pytest.fixture
async def model():
    return asyncio.get_running_loop()
