async def test_event(event):
    event.set()
    await event.wait()


async def test_event_again(event):
    event.set()
    await event.wait()
