import pytest


@pytest.fixture
async def user():
    return await fetch()


async def fetch():
    return "ada"


@pytest.fixture
def anyio_backend():
    return "asyncio"
