import pytest


@pytest.mark.asyncio(loop_scope="session")
async def test_one(pool):
    assert await pool.fetchval("select 1") == 1


@pytest.mark.asyncio(loop_scope="session")
async def test_two(pool):
    assert await pool.fetchval("select 2") == 2


async def test_three():
    assert True
