import pytest
from appdb import make_engine
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_select(i):
    engine = make_engine()
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1
    await engine.dispose()
