import pytest

pytestmark = [pytest.mark.asyncio(loop_scope="function")]


async def test_one(pool):
    assert await pool.fetchval("select 1") == 1


@pytest.mark.asyncio(scope="function")
async def test_two(pool):
    assert await pool.fetchval("select 2") == 2
