"""Fixtures of all tests."""

import pytest


@pytest.fixture
def customer():
    return 1
