import pytest


@pytest.mark.parametrize("i", range(3))
async def test_insert(conn, i):
    await conn.execute("insert into s14 values (%s)", (i,))
    cur = await conn.execute("select count(*) from s14")
    assert (await cur.fetchone())[0] >= 1
    await conn.rollback()
