import pytest


@pytest.fixture("session")
def user():
    return "ada"
