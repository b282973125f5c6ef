# -*- coding: latin-1 -*-
import os

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

NAME = "café"
engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)  # à fermer


@pytest.mark.parametrize("i", range(3))
async def test_select(i):
	async with engine.connect() as connection:
		assert await connection.scalar(text("select 1")) == 1
		assert NAME