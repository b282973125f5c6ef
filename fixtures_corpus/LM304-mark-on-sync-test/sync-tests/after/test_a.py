import pytest


def test_plain():
    assert True


class TestClass:
    @pytest.mark.parametrize("n", [1, 2])
    def test_method(self, n):
        assert n
