import pytest
from appdb import engine
from sqlalchemy import text


@pytest.mark.parametrize("i", range(2))
async def test_select(i):
    with engine.connect() as connection:
        assert connection.scalar(text("select 1")) == 1
