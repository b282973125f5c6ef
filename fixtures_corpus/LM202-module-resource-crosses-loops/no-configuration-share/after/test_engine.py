import os

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["DATABASE_URL"])


@pytest.mark.asyncio
@pytest.mark.parametrize("i", range(3))
async def test_select(i):
    async with engine.connect() as connection:
        assert await connection.scalar(text("select 1")) == 1
