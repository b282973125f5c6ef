import pytest


@pytest.mark.asyncio(loop_scope="module")
async def test_a(created):
    assert created


@pytest.mark.asyncio
async def test_b(created):
    assert created
