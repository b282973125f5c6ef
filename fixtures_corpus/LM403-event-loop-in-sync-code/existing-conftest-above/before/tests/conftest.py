"""Things that all tests use."""

import pytest


@pytest.fixture
def number():
    return 42
