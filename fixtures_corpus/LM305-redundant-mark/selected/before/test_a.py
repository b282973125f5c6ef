import pytest


@pytest.mark.asyncio
async def test_one():
    pass


class TestClass:
    @pytest.mark.asyncio
    async def test_two(self):
        pass
