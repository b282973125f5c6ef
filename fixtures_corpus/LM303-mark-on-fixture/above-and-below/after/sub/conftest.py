import pytest_asyncio


@pytest_asyncio.fixture
async def unused():
    return 1
