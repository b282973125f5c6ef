import asyncio

from appdb import engine


async def select(n):
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql(f"select {n}")).scalar()


def test_two_runs():
    assert asyncio.run(select(1)) == 1
    assert asyncio.run(select(2)) == 2
