import os

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def pg_engine():
    engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("select 1"))
    yield engine
    await engine.dispose()


@pytest.fixture(params=[pytest.param("pg_engine", id="pg")])
def engine(request):
    return request.getfixturevalue(request.param)
