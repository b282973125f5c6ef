import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_seeded(engine, seeded, settings, i):
    async with engine.connect() as conn:
        rows = await conn.execute(text("select count(*) from s12 where id = 42"))
        assert rows.scalar() >= 1
