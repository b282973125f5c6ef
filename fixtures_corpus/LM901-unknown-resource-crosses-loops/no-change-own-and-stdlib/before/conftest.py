from contextlib import AsyncExitStack

import pytest_asyncio


class Client:
    async def get(self, key):
        return key


@pytest_asyncio.fixture(scope="session")
async def client():
    async with AsyncExitStack() as stack:
        stack.callback(print)
        yield Client()
