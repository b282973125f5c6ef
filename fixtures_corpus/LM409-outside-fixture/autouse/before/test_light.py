async def test_light():
    assert True
