from accounts import book, lock


async def test_book():
    async with lock:
        pass
    assert await book(1) == 1


async def test_book_again():
    async with lock:
        pass
    assert await book(2) == 2
