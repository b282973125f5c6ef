import pytest_asyncio


@pytest_asyncio.fixture(scope="session", loop_scope="session")
def number():
    return 1
