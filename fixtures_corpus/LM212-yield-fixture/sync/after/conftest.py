import pytest


@pytest.fixture
def name():
    yield "ada"


@pytest.fixture(scope="module")
def number():
    yield 1
