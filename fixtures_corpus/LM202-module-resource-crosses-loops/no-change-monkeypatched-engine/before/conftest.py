import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine


@pytest_asyncio.fixture(autouse=True)
async def own_engine(monkeypatch):
    engine = create_async_engine(os.environ["DATABASE_URL"])
    monkeypatch.setattr("appdb.engine", engine)
    yield
    await engine.dispose()
