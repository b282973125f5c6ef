async def test_c():
    pass


async def test_d():
    pass
