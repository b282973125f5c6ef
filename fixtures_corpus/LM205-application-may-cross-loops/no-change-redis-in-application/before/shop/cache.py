import redis.asyncio as redis

client = redis.from_url("redis://localhost")


async def get(key):
    return await client.get(key)
