import asyncio

import pytest
import pytest_asyncio


class TestIt:
    @pytest.fixture(scope="class")
    def event_loop(self):
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()

    @pytest_asyncio.fixture(scope="class")
    async def pool(self):
        yield asyncio.get_running_loop()

    @pytest.mark.asyncio
    async def test_a(self, pool):
        assert pool is asyncio.get_running_loop()

    @pytest.mark.asyncio
    async def test_b(self, pool):
        assert pool is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free():
    pass


@pytest.mark.asyncio
async def test_free_two():
    pass
