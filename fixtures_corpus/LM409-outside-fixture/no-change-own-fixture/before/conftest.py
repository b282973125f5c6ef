import pytest


@pytest.fixture
def aresponses():
    return []
