async def test_a(event_loop):
    event_loop.call_soon(print)
