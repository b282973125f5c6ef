async def test_a(event_loop=None):
    assert event_loop is None


def test_b(*, event_loop="a word"):
    assert event_loop == "a word"
