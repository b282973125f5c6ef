import pytest


@pytest.fixture(scope="session")
def tables(rows):
    return rows


@pytest.fixture(scope="session")
def rows():
    return []
