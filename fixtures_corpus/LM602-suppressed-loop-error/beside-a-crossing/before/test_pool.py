async def test_one(pool, mailbox):
    assert await pool.fetchval("select 1") == 1


async def test_two(pool, mailbox):
    assert await pool.fetchval("select 2") == 2
