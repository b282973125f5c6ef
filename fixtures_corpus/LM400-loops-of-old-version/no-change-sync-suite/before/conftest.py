import pytest


@pytest.fixture(scope="session")
def numbers():
    return [1, 2]
