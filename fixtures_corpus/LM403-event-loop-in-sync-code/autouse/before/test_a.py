async def test_a(row):
    pass


def test_b():
    pass


class TestC:
    async def test_c(self):
        pass
