import asyncio

import pytest
import pytest_asyncio


class TestSocket:
    @pytest.fixture(scope="class")
    def event_loop(self):
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()

    @pytest.fixture(scope="class")
    async def socket(self):
        yield asyncio.get_running_loop()

    async def test_send(self, socket):
        assert socket is asyncio.get_running_loop()

    async def test_receive(self, socket):
        assert socket is asyncio.get_running_loop()


async def test_free():
    pass


class TestOther:
    async def test_one(self):
        pass

    async def test_two(self):
        pass
