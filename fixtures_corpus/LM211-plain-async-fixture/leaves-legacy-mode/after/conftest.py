import pytest_asyncio


@pytest_asyncio.fixture
async def user():
    return await fetch()


async def fetch():
    return "ada"
