import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_insert(session, engine, i):
    await session.execute(text("insert into s02 values (:i)"), {"i": i})
    rows = await session.execute(text("select count(*) from s02"))
    assert rows.scalar() >= 1
