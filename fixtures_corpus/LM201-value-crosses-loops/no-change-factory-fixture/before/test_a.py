import pytest


@pytest.mark.parametrize("i", range(2))
async def test_select(connect, i):
    connection = await connect()
    assert await connection.fetchval("select $1::int", i) == i
    await connection.close()
