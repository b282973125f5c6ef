import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_select(engine, i):
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1
