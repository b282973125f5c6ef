import asyncio


async def test_async(database):
    assert database is asyncio.get_running_loop()


def test_sync(database, event_loop):
    assert database is event_loop
