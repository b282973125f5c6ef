import pytest


@pytest.fixture
async def user():
    return await fetch()


async def fetch():
    return "ada"
