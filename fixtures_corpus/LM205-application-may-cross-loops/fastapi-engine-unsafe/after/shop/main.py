import os

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
SessionLocal = async_sessionmaker(engine)
app = FastAPI()


async def get_db():
    async with SessionLocal() as session:
        yield session


@app.get("/orders")
async def orders(session=Depends(get_db)):
    return await session.scalar(text("select 1"))
