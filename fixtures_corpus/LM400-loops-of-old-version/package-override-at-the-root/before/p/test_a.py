async def test_a(row):
    pass


async def test_b(pool):
    pass
