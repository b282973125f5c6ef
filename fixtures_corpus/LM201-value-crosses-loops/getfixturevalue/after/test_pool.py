import pytest


@pytest.mark.parametrize("i", range(3))
async def test_select(database, i):
    assert await database.fetchval("select $1::int", i) == i
