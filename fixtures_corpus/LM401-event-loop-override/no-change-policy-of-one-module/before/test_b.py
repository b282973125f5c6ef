async def test_b():
    pass
