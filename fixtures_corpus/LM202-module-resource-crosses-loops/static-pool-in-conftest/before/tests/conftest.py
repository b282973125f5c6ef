import os

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=StaticPool)


@pytest.fixture
def database():
    return engine
