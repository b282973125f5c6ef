import asyncio
import os
from threading import Thread

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


class Engine:
    def __init__(self, url):
        self._loop = asyncio.new_event_loop()
        self._pool = create_async_engine(url)
        Thread(target=self._loop.run_forever, daemon=True).start()

    async def run(self, coroutine):
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))

    async def execute(self, query):
        async def work():
            async with self._pool.connect() as connection:
                return (await connection.execute(text(query))).scalar()

        return await self.run(work())


class TestEngine:
    @pytest_asyncio.fixture(scope="class")
    async def engine(self):
        engine = Engine(os.environ["DATABASE_URL"])
        yield engine
        await engine.execute("select 0")

    async def test_one(self, engine):
        assert await engine.execute("select 1") == 1

    async def test_two(self, engine):
        assert await engine.execute("select 2") == 2
