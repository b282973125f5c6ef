import asyncio

import pytest


@pytest.mark.asyncio_event_loop(policy=asyncio.DefaultEventLoopPolicy())
class TestClass:
    loop = None

    @pytest.mark.asyncio
    async def test_one(self):
        TestClass.loop = asyncio.get_running_loop()

    @pytest.mark.asyncio
    async def test_two(self):
        assert TestClass.loop is asyncio.get_running_loop()
