import pytest

pytestmark = pytest.mark.asyncio(scope="module")


async def test_one():
    pass


async def test_two():
    pass
