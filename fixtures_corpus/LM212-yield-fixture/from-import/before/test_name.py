import pytest


@pytest.mark.asyncio
async def test_name(name, number):
    assert (name, number) == ("ada", 1)
