import pytest


@pytest.yield_fixture
async def name():
    yield "ada"


@pytest.yield_fixture
def number():
    yield 1
