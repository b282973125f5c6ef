import pytest


def test_plain():
    assert True


@pytest.mark.asyncio
async def test_async():
    pass
