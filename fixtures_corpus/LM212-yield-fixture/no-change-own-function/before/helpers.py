import pytest


def yield_fixture(function):
    return pytest.fixture(function)
