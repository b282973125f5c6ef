async def test_a(pool, row):
    assert pool is row
