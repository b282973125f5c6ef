import pytest


@pytest.mark.parametrize("i", range(2))
async def test_free(memory, postgres, client, i):
    await memory.execute("select 1")
    await postgres.execute("select 1")
    assert (await client.get("/")).status_code == 200
