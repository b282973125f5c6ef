import pytest

pytestmark = pytest.mark.asyncio(loop_scope="function")


async def test_one():
    pass


async def test_two():
    pass
