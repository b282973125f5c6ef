import pytest
from pytest import mark

SCOPE = "module"
in_module = pytest.mark.asyncio(scope=SCOPE)
pytestmark = [pytest.mark.filterwarnings("error"), mark.asyncio(scope='session')]


@pytest.mark.asyncio(scope="class")
class TestClass:
    async def test_method(self):
        pass


class TestAttribute:
    pytestmark = pytest.mark.asyncio(
        scope="class",
    )

    async def test_method(self):
        pass


@in_module
async def test_named():
    pass


@pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.asyncio(scope="module"))])
async def test_param(n):
    assert n
