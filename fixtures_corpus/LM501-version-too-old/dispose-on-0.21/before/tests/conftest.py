import pytest_asyncio
from shop.db import SessionLocal


@pytest_asyncio.fixture
async def session():
    async with SessionLocal() as session:
        yield session
