async def test_get(store):
    assert await store.get("a") is None


async def test_get_again(store):
    assert await store.get("b") is None
