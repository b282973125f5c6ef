from accounts import book


async def test_book():
    assert await book(1) == 1


async def test_book_again():
    assert await book(2) == 2
