import pytest


@pytest.mark.asyncio(loop_scope="function")
async def test_alone():
    pass
