import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_one():
    pass


def test_sync():
    pass
