import pytest
from appdb import engine
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_insert(i):
    async with engine.begin() as conn:
        await conn.execute(text("create table if not exists s03 (id int)"))
        await conn.execute(text("insert into s03 values (:i)"), {"i": i})
        rows = await conn.execute(text("select count(*) from s03"))
        assert rows.scalar() >= 1
