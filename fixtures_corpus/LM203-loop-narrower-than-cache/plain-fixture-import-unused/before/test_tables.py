async def test_one(ready):
    assert True


async def test_two(ready):
    assert True
