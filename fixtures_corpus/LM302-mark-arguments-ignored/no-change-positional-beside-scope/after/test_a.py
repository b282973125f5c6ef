import pytest


@pytest.mark.asyncio("x", loop_scope="function")
async def test_one():
    pass


@pytest.mark.asyncio("x", loop_scope=None)
async def test_two():
    pass
