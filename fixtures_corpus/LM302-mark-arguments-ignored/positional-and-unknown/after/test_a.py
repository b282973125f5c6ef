import pytest


@pytest.mark.asyncio
async def test_one():
    pass


@pytest.mark.asyncio
async def test_two():
    pass


@pytest.mark.asyncio()
async def test_three():
    pass
