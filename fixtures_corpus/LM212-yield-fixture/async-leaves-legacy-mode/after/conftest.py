import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def name():
    yield "ada"


@pytest.fixture
def number():
    yield 1
