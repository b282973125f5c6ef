import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def queue():
    return asyncio.Queue()
