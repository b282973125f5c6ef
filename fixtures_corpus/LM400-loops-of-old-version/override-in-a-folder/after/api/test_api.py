import pytest

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a(pool):
    pass


async def test_b(pool):
    pass
