import pytest

pytestmark = pytest.mark.asyncio(scope="module", timeout=3)


async def test_one():
    pass
