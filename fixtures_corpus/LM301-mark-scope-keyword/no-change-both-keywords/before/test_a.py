import pytest

pytestmark = pytest.mark.asyncio(scope="module", loop_scope="session")


async def test_one():
    pass


async def test_two():
    pass
