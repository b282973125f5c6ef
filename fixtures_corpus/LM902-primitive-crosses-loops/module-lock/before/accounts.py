import asyncio

lock = asyncio.Lock()


async def book(amount):
    async with lock:
        return amount
