async def test_a(pool):
    pass


async def test_b(pool):
    pass
