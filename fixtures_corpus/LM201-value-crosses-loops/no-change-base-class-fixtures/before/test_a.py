from base import Base


class TestA(Base):
    async def test_two(self, pool):
        assert await pool.fetchval("select 2") == 2


class TestB(Base):
    async def test_three(self, pool):
        assert await pool.fetchval("select 3") == 3
