import pytest


class FakePool:
    async def fetchval(self, query):
        return 1


@pytest.mark.parametrize("pool", [FakePool(), FakePool()])
async def test_select(pool):
    assert await pool.fetchval("select 1") == 1
