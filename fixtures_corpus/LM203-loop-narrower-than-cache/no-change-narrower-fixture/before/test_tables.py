async def test_one(tables):
    assert True


async def test_two(tables):
    assert True
