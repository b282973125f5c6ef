import asyncio

import pytest


@pytest.fixture(scope="session")
async def ready():
    await asyncio.sleep(0)
    return 1
