from shop.cache import get


async def test_get():
    assert await get("a") is None


async def test_get_again():
    assert await get("b") is None
