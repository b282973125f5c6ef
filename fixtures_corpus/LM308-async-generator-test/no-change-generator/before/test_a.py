import pytest


@pytest.mark.asyncio
async def test_one():
    value = 1
    yield value
    assert value == 2
