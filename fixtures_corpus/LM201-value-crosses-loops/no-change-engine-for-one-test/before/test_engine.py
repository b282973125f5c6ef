from sqlalchemy import text


async def test_select(engine):
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1
