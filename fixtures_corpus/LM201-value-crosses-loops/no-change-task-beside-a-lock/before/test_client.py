async def test_one(client):
    assert await client.remember("a") == {"a": True}


async def test_two(client):
    assert await client.remember("b") == {"b": True}
