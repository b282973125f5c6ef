import asyncio

import pytest


@pytest.mark.asyncio
class TestSockets:
    async def test_open(self, server):
        assert server is asyncio.get_running_loop()

    async def test_close(self, server):
        assert server is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_free(server):
    assert server is asyncio.get_running_loop()
