async def test_r(row):
    pass
