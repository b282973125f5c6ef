import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def user():
    yield "ada"


@pytest.fixture
# who it is
def name(user):
    return user
