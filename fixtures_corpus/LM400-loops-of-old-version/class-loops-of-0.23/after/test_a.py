import asyncio

import pytest
import pytest_asyncio


@pytest.mark.asyncio(loop_scope="class")
class TestStore:
    @pytest_asyncio.fixture(scope="class")
    async def store(self):
        yield asyncio.get_running_loop()

    async def test_get(self, store):
        assert store is asyncio.get_running_loop()

    async def test_put(self, store):
        assert store is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free():
    pass


@pytest.mark.asyncio
async def test_another():
    pass
