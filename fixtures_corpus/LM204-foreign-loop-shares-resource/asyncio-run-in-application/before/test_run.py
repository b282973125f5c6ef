import asyncio

from appdb import engine


async def select(n):
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql(f"select {n}")).scalar()


def test_one():
    assert asyncio.run(select(1)) == 1


def test_two():
    assert asyncio.run(select(2)) == 2


async def test_async():
    assert await select(3) == 3
