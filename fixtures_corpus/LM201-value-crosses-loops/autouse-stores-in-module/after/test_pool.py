import pytest
from appdb import number


@pytest.mark.parametrize("i", range(3))
async def test_number(i):
    assert await number(i) == i
