import os

from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])


async def select(n):
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql(f"select {n}")).scalar()
