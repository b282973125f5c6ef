import asyncio

import pytest_asyncio


class Doubler:
    def __init__(self):
        self.jobs = asyncio.Queue()
        self.done = asyncio.Event()
        self.worker = asyncio.create_task(self.work())

    async def work(self):
        while True:
            number, answer = await self.jobs.get()
            answer.append(number * 2)
            self.done.set()

    def stop(self):
        self.worker.cancel()


@pytest_asyncio.fixture(scope="session")
async def doubler():
    doubler = Doubler()
    await asyncio.sleep(0)
    yield doubler
    doubler.stop()
