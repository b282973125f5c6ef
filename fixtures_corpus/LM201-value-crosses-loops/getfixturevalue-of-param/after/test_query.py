from sqlalchemy import text


async def test_one(engine):
    async with engine.connect() as connection:
        assert (await connection.execute(text("select 1"))).scalar() == 1


async def test_two(engine):
    async with engine.connect() as connection:
        assert (await connection.execute(text("select 2"))).scalar() == 2
