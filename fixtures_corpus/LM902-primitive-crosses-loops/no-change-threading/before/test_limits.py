from limits import items, lock


async def test_lock():
    with lock:
        items.put(1)


async def test_lock_again():
    with lock:
        items.put(2)
