import pytest


@pytest.mark.asyncio("session")
async def test_one():
    pass
