from shop.cache import client, get


async def test_get():
    await client.delete("a")
    assert await get("a") is None


async def test_get_again():
    await client.delete("b")
    assert await get("b") is None
