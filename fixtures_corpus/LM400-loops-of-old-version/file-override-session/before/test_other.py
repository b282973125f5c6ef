async def test_one():
    pass


async def test_two():
    pass
