import asyncio


async def producer(queue):
    await asyncio.sleep(0)
    await queue.put(1)


async def test_get(queue):
    task = asyncio.create_task(producer(queue))
    assert await queue.get() == 1
    await task


async def test_get_again(queue):
    task = asyncio.create_task(producer(queue))
    assert await queue.get() == 1
    await task
