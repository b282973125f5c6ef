import pytest


@pytest.mark.asyncio
async def test_one():
    pass


def test_sync():
    pass
