import pytest

pytestmark = pytest.mark.asyncio(loop_scope="function")


async def test_x():
    pass
