import redis.asyncio as redis


class Store:
    def __init__(self, url):
        self.client = redis.from_url(url)

    async def get(self, key):
        return await self.client.get(key)

    async def close(self):
        await self.client.aclose()
