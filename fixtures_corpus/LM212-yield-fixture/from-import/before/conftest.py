from pytest import yield_fixture


@yield_fixture(autouse=True)
def name():
    yield "ada"


@yield_fixture
def number():
    yield 1
