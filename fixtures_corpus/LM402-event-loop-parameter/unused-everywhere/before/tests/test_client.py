import pytest

pytestmark = pytest.mark.asyncio


async def test_open(client, event_loop):
    assert client["open"]


@pytest.mark.parametrize("name", ["a", "b"])
async def test_named(event_loop, name, client):
    assert client["open"], name


class TestClient:
    async def test_method(self, event_loop):
        pass

    async def test_exploded(
        self,
        event_loop,
        client,
    ):
        assert client["open"]
