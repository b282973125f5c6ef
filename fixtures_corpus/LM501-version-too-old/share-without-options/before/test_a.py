async def test_one(pool):
    assert await pool.fetchval("select 1") == 1


async def test_two(pool):
    assert await pool.fetchval("select 2") == 2
