async def test_one():
    pass


class TestClass:
    async def test_two(self):
        pass
