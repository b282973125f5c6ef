import asyncio


async def test_async(loop, started):
    assert loop is started is asyncio.get_running_loop()


def test_sync(started):
    assert asyncio.get_event_loop() is started
