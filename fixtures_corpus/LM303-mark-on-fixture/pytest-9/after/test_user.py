import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def user():
    return "ada"


@pytest.mark.asyncio
async def test_user(user):
    assert user == "ada"
