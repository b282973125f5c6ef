import asyncio

import pytest

pytestmark = [pytest.mark.filterwarnings("error"), pytest.mark.asyncio]


async def test_get(server):
    assert server is asyncio.get_running_loop()


async def test_post(server):
    assert server is asyncio.get_running_loop()
