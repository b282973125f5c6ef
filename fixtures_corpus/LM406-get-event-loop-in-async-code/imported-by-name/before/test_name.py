from asyncio import get_event_loop, sleep


def new_future():
    return get_event_loop().create_future()


async def test_name():
    await sleep(0)
    assert new_future().get_loop() is get_event_loop()
