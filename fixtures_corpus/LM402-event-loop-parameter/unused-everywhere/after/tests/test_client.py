import pytest

pytestmark = pytest.mark.asyncio


async def test_open(client):
    assert client["open"]


@pytest.mark.parametrize("name", ["a", "b"])
async def test_named(name, client):
    assert client["open"], name


class TestClient:
    async def test_method(self):
        pass

    async def test_exploded(
        self,
        client,
    ):
        assert client["open"]
