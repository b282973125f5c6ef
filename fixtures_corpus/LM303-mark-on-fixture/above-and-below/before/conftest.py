import pytest
import pytest_asyncio


@pytest.mark.asyncio
@pytest_asyncio.fixture
async def user():
    yield "ada"


@pytest.fixture
@pytest.mark.usefixtures("user")
@pytest.mark.asyncio
# who it is
def name(user):
    return user
