import pytest

OPTIONS = {"scope": "module"}


@pytest.mark.asyncio(**OPTIONS)
async def test_one():
    pass
