import asyncio

import pytest


@pytest.fixture(scope="module")
async def model():
    return asyncio.get_running_loop()
