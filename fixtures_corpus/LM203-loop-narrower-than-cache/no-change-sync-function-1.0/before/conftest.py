import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
def number():
    return 1
