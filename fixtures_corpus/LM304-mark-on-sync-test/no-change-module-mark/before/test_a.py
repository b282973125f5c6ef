import pytest

pytestmark = pytest.mark.asyncio


def test_plain():
    assert True


async def test_async():
    pass
