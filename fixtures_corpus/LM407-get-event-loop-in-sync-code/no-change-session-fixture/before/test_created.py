async def test_created(created):
    assert created > 0
