import pytest

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.asyncio
async def test_one():
    pass


class TestClass:
    @pytest.mark.asyncio
    async def test_two(self):
        pass
