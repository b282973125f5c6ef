import pytest

pytestmark = pytest.mark.asyncio


async def test_one():
    pass


async def test_two():
    pass
