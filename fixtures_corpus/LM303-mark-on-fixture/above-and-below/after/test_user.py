import pytest


@pytest.mark.asyncio
async def test_user(user, name):
    assert user == name
