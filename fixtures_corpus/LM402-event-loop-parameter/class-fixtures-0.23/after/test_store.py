import asyncio

import pytest
import pytest_asyncio


class Store:
    def __init__(self, loop):
        self.loop = loop


@pytest.mark.asyncio
class TestStore:
    @pytest_asyncio.fixture
    async def store(self):
        event_loop = asyncio.get_running_loop()
        return Store(loop=event_loop)

    async def test_loop(self, store):
        event_loop = asyncio.get_running_loop()
        assert store.loop is event_loop

    async def test_running(self, store):
        assert store.loop is asyncio.get_running_loop()
