import pytest


@pytest.yield_fixture
def name():
    yield "ada"


@pytest.yield_fixture(scope="module")
def number():
    yield 1
