import pytest


@pytest.mark.asyncio
async def test_user(user):
    assert await user == "ada"
