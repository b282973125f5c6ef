from fastapi import Depends, FastAPI
from shop.db import get_db
from sqlalchemy import text

app = FastAPI()


@app.get("/orders")
async def orders(session=Depends(get_db)):
    return await session.scalar(text("select 1"))
