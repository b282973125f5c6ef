import asyncio

import pytest


@pytest.mark.asyncio
async def test_api(server):
    assert server is asyncio.get_running_loop()
