async def test_ping(client):
    await client.ping()


async def test_ping_again(client):
    await client.ping()
