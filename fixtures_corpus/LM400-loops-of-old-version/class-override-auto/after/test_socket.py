import asyncio

import pytest
import pytest_asyncio


@pytest.mark.asyncio(loop_scope="class")
class TestSocket:
    @pytest_asyncio.fixture(scope="class", loop_scope="class")
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
