import pytest

pytestmark = pytest.mark.asyncio


@pytest.mark.asyncio
@pytest.mark.parametrize("i", range(3))
async def test_select(conn, i):
    assert await conn.fetchval("select 1") == 1
