import pytest


@pytest.mark.asyncio
async def test_one(connection):
    assert connection["open"]


def test_sync():
    pass
