async def test_clock(clock):
    assert clock() > 0
