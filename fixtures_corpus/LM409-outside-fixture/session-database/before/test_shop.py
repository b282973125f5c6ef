async def test_shop(repository):
    assert repository is not None
