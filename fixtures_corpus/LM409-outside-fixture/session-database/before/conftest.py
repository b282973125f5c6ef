import pytest


@pytest.fixture(scope="session")
def _database_url():
    return "postgresql+asyncpg://localhost/shop"


@pytest.fixture
def repository(db_session):
    return db_session
