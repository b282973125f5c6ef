import pytest


@pytest.mark.asyncio(loop_scope="class")
async def test_room():
    pass
