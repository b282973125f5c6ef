import loops


def test_loop():
    event_loop = loops.event_loop()
    assert not event_loop.is_running()
    event_loop.close()


async def test_async():
    pass
