import pytest


@pytest.mark.asyncio(loop_scope="function", loop_factories=["plain"])
async def test_one():
    pass
