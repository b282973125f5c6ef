import pytest
from sqlalchemy import text


@pytest.mark.parametrize("i", range(3))
async def test_q(session, i):
    assert (await session.execute(text("select 1"))).scalar() == 1
