import asyncio

import pytest_asyncio


@pytest_asyncio.fixture
async def event():
    return asyncio.Event()
