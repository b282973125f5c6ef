import appdb
import pytest


@pytest.mark.parametrize("i", range(3))
async def test_count(i):
    assert await appdb.count() == 1
