import pytest


@pytest.mark.asyncio(loop_scope="session")
class TestOuter:
    class TestInner:
        async def test_one(self, pool):
            assert await pool.fetchval("select 1") == 1

        async def test_two(self, pool):
            assert await pool.fetchval("select 2") == 2
