import os
import unittest

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(os.environ["DATABASE_URL"], pool_pre_ping=False, poolclass=NullPool)


class TestSelect(unittest.IsolatedAsyncioTestCase):
    async def test_one(self):
        async with engine.connect() as connection:
            self.assertEqual(await connection.scalar(text("select 1")), 1)

    async def test_two(self):
        async with engine.connect() as connection:
            self.assertEqual(await connection.scalar(text("select 2")), 2)
