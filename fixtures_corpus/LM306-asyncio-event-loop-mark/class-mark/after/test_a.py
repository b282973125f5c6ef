import asyncio

import pytest


@pytest.mark.asyncio(loop_scope="class")
class TestClass:
    loop = None

    @pytest.mark.asyncio(loop_scope="class")
    async def test_one(self):
        TestClass.loop = asyncio.get_running_loop()

    @pytest.mark.asyncio(loop_scope="class")
    async def test_two(self):
        assert TestClass.loop is asyncio.get_running_loop()
