async def test_call(aresponses):
    assert aresponses == []
