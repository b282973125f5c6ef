import functools

import pytest

fixture = functools.partial(pytest.fixture, autouse=False)


@fixture()
async def user():
    return "ada"
