import pytest
import pytest_asyncio

on_loop = pytest.mark.asyncio


@pytest_asyncio.fixture
async def user():
    return "ada"


@on_loop
async def test_user(user):
    assert user == "ada"
