import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine


@pytest_asyncio.fixture(scope="session")
async def engine(tmp_path_factory):
    path = tmp_path_factory.mktemp("db") / "t.db"
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}")
    async with engine.begin() as conn:
        await conn.execute(text("create table if not exists s09 (id int)"))
    yield engine
    await engine.dispose()
