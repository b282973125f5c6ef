import asyncio
import contextlib

import pytest_asyncio


class Service:
    def __init__(self):
        self.jobs = asyncio.Queue()
        self.lock = asyncio.Lock()
        self.done = asyncio.Event()

    async def work(self):
        while True:
            number, answer = await self.jobs.get()
            answer.append(number * 2)
            self.done.set()


@pytest_asyncio.fixture(scope="session")
async def service():
    service = Service()
    task = asyncio.create_task(service.work())
    await asyncio.sleep(0)
    yield service
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
