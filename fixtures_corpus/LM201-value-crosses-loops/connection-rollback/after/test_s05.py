import pytest


@pytest.mark.parametrize("i", range(3))
async def test_insert(tx, i):
    await tx.execute("insert into s05 values ($1)", i)
    assert await tx.fetchval("select count(*) from s05") == 1
