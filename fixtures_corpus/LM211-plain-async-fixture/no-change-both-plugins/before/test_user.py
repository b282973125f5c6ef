import pytest


@pytest.mark.anyio
async def test_user(user):
    assert user == "ada"


@pytest.mark.asyncio
async def test_other(user):
    assert user == "ada"
