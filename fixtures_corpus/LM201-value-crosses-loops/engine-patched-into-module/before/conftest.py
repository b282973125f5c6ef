import os

import db
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def new_database():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    patch = pytest.MonkeyPatch()
    patch.setattr(db, "ENGINE", engine)
    yield
    patch.undo()
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def session():
    connection = await db.ENGINE.connect()
    session = AsyncSession(bind=connection)
    yield session
    await session.close()
    await connection.close()
