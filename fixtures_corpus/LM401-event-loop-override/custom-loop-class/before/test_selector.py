import asyncio

import pytest
import pytest_asyncio


class TestSelector:
    @pytest.fixture
    def event_loop(self):
        loop = asyncio.SelectorEventLoop()
        yield loop
        loop.close()

    @pytest_asyncio.fixture
    async def clock(self):
        return asyncio.get_running_loop()

    @pytest.mark.asyncio
    async def test_kind(self, clock):
        assert isinstance(clock, asyncio.SelectorEventLoop)
        assert clock is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free():
    pass
