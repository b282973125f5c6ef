from aiohttp import web


async def test_hello(aiohttp_client, loop):
    client = await aiohttp_client(web.Application())
    assert (await client.get("/")).status == 404
    assert loop.is_running()


def test_sync(loop):
    assert not loop.is_running()
