import pytest

pytestmark = pytest.mark.asyncio(loop_scope="function")


async def test_c():
    pass


async def test_d():
    pass
