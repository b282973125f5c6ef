import pytest


@pytest.mark.asyncio
def test_plain():
    assert True


class TestClass:
    @pytest.mark.parametrize("n", [1, 2])
    @pytest.mark.asyncio
    def test_method(self, n):
        assert n
