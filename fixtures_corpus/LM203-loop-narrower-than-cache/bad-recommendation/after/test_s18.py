import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_insert(engine, i):
    async with engine.begin() as conn:
        await conn.execute(text("insert into s18 values (:i)"), {"i": i})
