import pytest


def test_a(slept):
    assert slept


@pytest.mark.asyncio
async def test_b():
    pass
