import asyncio

import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def number():
    return 1


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ready(number):
    await asyncio.sleep(0)
    return number
