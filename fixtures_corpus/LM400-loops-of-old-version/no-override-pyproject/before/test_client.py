import asyncio

import pytest


@pytest.mark.asyncio
async def test_client(client):
    assert client is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_again(client):
    assert client is asyncio.get_running_loop()
