import pytest


@pytest.mark.asyncio
def test_plain():
    assert True


@pytest.mark.asyncio
async def test_async():
    pass
