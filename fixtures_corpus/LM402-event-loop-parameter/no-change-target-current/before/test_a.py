async def test_a(event_loop):
    assert event_loop.is_running()
