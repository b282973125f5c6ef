from sqlalchemy import text

from .db import SessionLocal


async def count():
    async with SessionLocal() as session:
        return await session.scalar(text("select 1"))
