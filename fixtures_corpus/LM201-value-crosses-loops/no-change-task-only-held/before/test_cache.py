import asyncio

import pytest_asyncio


class Cache:
    def __init__(self):
        self.values = {"a": 1}
        self.job = asyncio.create_task(self.evict())

    async def evict(self):
        await asyncio.sleep(10)

    async def get(self, key):
        return self.values.get(key)

    def stop(self):
        self.job.cancel()


@pytest_asyncio.fixture
async def cache():
    cache = Cache()
    yield cache
    cache.stop()


async def test_present(cache):
    assert await cache.get("a") == 1


async def test_absent(cache):
    assert await cache.get("b") is None
