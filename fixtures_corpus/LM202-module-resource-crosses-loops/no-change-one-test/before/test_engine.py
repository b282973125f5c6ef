from appdb import engine
from sqlalchemy import text


async def test_select():
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1


def test_name():
    assert engine.name == "postgresql"
