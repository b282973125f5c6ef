async def test_one():
    pass


class TestThird:
    async def test_two(self):
        pass

    async def test_three(self):
        pass
