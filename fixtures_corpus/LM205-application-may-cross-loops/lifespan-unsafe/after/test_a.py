import pytest


@pytest.mark.parametrize("i", range(3))
async def test_q(client, i):
    assert (await client.get("/")).json() == 1
