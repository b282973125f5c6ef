import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])
app = FastAPI()


@app.get("/")
async def root():
    async with engine.begin() as conn:
        return (await conn.execute(text("select 1"))).scalar()
