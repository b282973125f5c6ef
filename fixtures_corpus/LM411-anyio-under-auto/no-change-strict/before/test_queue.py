import pytest


@pytest.mark.anyio
async def test_queue(queue):
    assert queue == []


@pytest.mark.asyncio
async def test_other():
    assert True
