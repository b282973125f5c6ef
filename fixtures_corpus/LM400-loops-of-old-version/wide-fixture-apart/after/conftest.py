import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def settings():
    return {"debug": True}
