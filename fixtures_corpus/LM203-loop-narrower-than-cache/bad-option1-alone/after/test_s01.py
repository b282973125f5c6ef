import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_insert(session, i):
    await session.execute(text("insert into s01 values (:i)"), {"i": i})
    rows = await session.execute(text("select count(*) from s01"))
    assert rows.scalar() >= 1
