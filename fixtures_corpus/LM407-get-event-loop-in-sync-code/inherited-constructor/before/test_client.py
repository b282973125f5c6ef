async def test_fetch(client):
    assert await client.fetch()


async def test_again(client):
    assert await client.fetch()
