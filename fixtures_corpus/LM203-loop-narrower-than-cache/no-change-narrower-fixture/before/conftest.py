import pytest
import pytest_asyncio


@pytest.fixture
def name():
    return "numbers"


@pytest_asyncio.fixture(scope="session")
async def tables(name):
    return name
