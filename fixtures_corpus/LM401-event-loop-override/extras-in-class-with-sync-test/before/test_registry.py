import asyncio

import pytest
import pytest_asyncio


REGISTRY = []


class TestRegistry:
    @pytest.fixture
    def event_loop(self):
        REGISTRY.append("entry")
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()
        REGISTRY.clear()

    @pytest.mark.asyncio
    async def test_filled(self):
        assert REGISTRY == ["entry"]

    def test_sync(self):
        assert REGISTRY == []
