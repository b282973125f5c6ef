async def answer():
    return 42


def test_a(event_loop, number):
    assert event_loop.run_until_complete(answer()) == number
