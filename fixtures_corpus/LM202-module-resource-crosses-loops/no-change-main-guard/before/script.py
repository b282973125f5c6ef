import asyncio
import os

from sqlalchemy.ext.asyncio import create_async_engine


async def names(engine):
    async with engine.connect() as connection:
        return (await connection.exec_driver_sql("select 1")).all()


if __name__ == "__main__":
    engine = create_async_engine(os.environ["DATABASE_URL"])
    asyncio.run(names(engine))
