async def test_a(row):
    pass
