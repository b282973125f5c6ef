import pytest_asyncio
from shop.db import SessionLocal


@pytest_asyncio.fixture(autouse=True)
async def dispose_engine():
    """Give the connections of shop.db.engine back on the loop that opened them."""
    yield
    from shop.db import engine

    await engine.dispose()


@pytest_asyncio.fixture
async def session():
    async with SessionLocal() as session:
        yield session
