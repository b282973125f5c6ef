import pytest

from helpers import yield_fixture


@yield_fixture
def name():
    yield "ada"


@pytest.fixture
def number():
    return 1
