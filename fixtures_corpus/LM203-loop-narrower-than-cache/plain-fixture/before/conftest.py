import asyncio

import pytest


@pytest.fixture(scope="session")
def number():
    return 1


@pytest.fixture(scope="module")
async def ready(number):
    await asyncio.sleep(0)
    return number
