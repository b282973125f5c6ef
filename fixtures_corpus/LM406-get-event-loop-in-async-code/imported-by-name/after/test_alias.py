import asyncio as aio


async def test_alias():
    assert aio.get_running_loop() is aio.get_running_loop()
