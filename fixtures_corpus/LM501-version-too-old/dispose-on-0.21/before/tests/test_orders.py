import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_count(session, i):
    assert await session.scalar(text("select 1")) == 1
