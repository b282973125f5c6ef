async def test_web(web):
    assert (await web.get("http://localhost")).status == 200


async def test_database(database):
    assert await database.fetch_one("select 1")


async def test_channel(channel):
    await channel.channel_ready()


async def test_api(api):
    assert (await api.get("/")).status_code == 200


async def test_api_again(api):
    assert (await api.get("/")).status_code == 200


async def test_mongo(mongo):
    assert await mongo.server_info()
