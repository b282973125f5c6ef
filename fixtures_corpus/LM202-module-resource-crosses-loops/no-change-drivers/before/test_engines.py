import pytest
from appdb import memory, server
from sqlalchemy import text


@pytest.mark.parametrize("engine", [memory, server])
@pytest.mark.parametrize("i", range(2))
async def test_select(engine, i):
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1
