import asyncio

import pytest_asyncio


class Cache:
    def __init__(self):
        self.values = {}
        self.job = asyncio.create_task(self.evict())

    async def evict(self):
        await asyncio.sleep(10)


class Client:
    def __init__(self):
        self.lock = asyncio.Lock()
        self.cache = Cache()

    async def remember(self, key):
        async with self.lock:
            self.cache.values[key] = True
            return self.cache.values


@pytest_asyncio.fixture
async def client():
    client = Client()
    yield client
    client.cache.job.cancel()
