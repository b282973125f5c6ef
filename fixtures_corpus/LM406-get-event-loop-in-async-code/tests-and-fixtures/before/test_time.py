import asyncio


async def test_time_goes_on(started):
    loop = asyncio.get_event_loop()
    assert loop.time() >= started


class TestFutures:
    async def test_result(self):
        future = asyncio.get_event_loop().create_future()
        future.set_result(1)
        assert await future == 1
