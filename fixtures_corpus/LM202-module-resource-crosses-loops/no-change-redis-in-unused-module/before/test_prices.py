from prices import price


async def test_price():
    assert await price("tea") == 3


async def test_price_again():
    assert await price("milk") == 4
