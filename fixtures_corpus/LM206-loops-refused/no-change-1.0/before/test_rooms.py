import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def room():
    return "blue"


@pytest.mark.asyncio(loop_scope="module")
async def test_room(room):
    assert room == "blue"
