import pytest


@pytest.mark.asyncio
@pytest.mark.parametrize("i", range(3))
async def test_select(connection, i):
    assert await connection.fetchval("select $1::int", i) == i
