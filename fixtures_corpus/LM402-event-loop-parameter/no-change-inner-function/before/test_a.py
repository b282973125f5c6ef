import asyncio


async def test_a():
    async def connect(event_loop):
        return event_loop.is_running()

    assert await connect(asyncio.get_running_loop())
