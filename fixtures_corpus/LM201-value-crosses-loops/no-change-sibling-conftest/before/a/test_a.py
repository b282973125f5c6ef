async def test_nothing():
    assert True
