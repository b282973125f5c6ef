async def test_orders(client):
    assert (await client.get("/orders")).json() == 1


async def test_orders_again(client):
    assert (await client.get("/orders")).json() == 1
