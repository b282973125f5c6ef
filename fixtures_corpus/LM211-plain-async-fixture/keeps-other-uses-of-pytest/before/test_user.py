from pytest import fixture, mark


@fixture
def name():
    return "ada"


@fixture(params=[1, 2], ids=["one", "two"])
async def user(request, name):
    yield f"{name}{request.param}"


@mark.asyncio
async def test_user(user):
    assert user.startswith("ada")
