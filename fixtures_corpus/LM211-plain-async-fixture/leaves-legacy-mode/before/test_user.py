import pytest


@pytest.mark.asyncio
async def test_user(user):
    assert user == "ada"
