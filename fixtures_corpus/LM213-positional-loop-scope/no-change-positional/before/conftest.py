import pytest_asyncio


@pytest_asyncio.fixture("session")
async def user():
    return "ada"
