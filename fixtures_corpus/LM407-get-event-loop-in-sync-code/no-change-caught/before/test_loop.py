def test_sync(loop):
    assert not loop.is_closed()


async def test_async():
    pass
