import asyncio

import pytest


@pytest.mark.asyncio
async def test_top(server):
    assert server is asyncio.get_running_loop()
