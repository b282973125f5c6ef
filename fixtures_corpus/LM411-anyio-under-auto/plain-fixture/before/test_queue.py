import pytest


@pytest.mark.anyio
async def test_queue(queue):
    assert queue == []


async def test_other():
    assert True
