import aiohttp


async def test_call(aresponses):
    aresponses.add("example.org", "/", "GET", "hello")
    async with aiohttp.ClientSession() as session, session.get("http://example.org/") as response:
        assert await response.text() == "hello"
