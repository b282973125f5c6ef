import os

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool


@pytest_asyncio.fixture(autouse=True, loop_scope="function")
async def dispose_engine():
    """Give the connections of engine back on the loop that opened them."""
    yield
    await engine.dispose()


engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=StaticPool)


@pytest.fixture
def database():
    return engine
