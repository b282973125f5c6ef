import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("i", range(3))
async def test_select(pool, i):
    assert await pool.fetchval("select $1::int", i) == i
