import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def value():
    yield 1


@pytest.mark.asyncio
async def test_one(value):
    async def values():
        yield value

    assert [v async for v in values()] == [1]
