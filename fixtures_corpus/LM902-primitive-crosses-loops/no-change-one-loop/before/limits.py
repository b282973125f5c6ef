import asyncio

slots = asyncio.Semaphore(1)
