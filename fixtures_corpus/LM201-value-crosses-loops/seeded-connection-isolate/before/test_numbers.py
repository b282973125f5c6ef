import pytest


@pytest.mark.parametrize("i", range(3))
async def test_number(connection, i):
    assert await connection.fetchval("select n from numbers where n = $1::int", i) == i
