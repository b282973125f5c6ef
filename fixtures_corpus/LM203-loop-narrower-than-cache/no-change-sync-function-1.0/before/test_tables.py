async def test_one(number):
    assert True


async def test_two(number):
    assert True
