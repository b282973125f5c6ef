from sqlalchemy import text


async def test_insert(session):
    await session.execute(text("select 1"))
