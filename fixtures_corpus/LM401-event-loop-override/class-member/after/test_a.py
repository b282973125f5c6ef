import asyncio

import pytest
import pytest_asyncio


class TestIt:
    @pytest_asyncio.fixture(scope="class", loop_scope="class")
    async def pool(self):
        yield asyncio.get_running_loop()

    @pytest.mark.asyncio(loop_scope="class")
    async def test_a(self, pool):
        assert pool is asyncio.get_running_loop()

    @pytest.mark.asyncio(loop_scope="class")
    async def test_b(self, pool):
        assert pool is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free():
    pass


@pytest.mark.asyncio
async def test_free_two():
    pass
