async def test_nothing():
    assert True


async def test_nothing_again():
    assert True
