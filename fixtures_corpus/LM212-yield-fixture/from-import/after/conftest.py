import pytest


@pytest.fixture(autouse=True)
def name():
    yield "ada"


@pytest.fixture
def number():
    yield 1
