class TestOne:
    async def test_one(self, pool):
        assert await pool.fetchval("select 1") == 1

    async def test_two(self, pool):
        assert await pool.fetchval("select 2") == 2


async def test_free(pool):
    assert await pool.fetchval("select 3") == 3
