import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_insert(session, i):
    await session.execute(text("insert into s21 values (:i)"), {"i": i})
