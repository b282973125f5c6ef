async def test_number():
    assert 1 == 1
