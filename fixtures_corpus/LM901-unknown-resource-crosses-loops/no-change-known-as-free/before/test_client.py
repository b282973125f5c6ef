async def test_get(client):
    assert await client.get("a")


async def test_get_again(client):
    assert await client.get("b")
