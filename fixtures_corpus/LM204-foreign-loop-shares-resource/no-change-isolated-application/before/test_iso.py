import unittest

from appdb import engine
from sqlalchemy import text


class TestSelect(unittest.IsolatedAsyncioTestCase):
    async def test_one(self):
        async with engine.connect() as connection:
            self.assertEqual(await connection.scalar(text("select 1")), 1)

    async def test_two(self):
        async with engine.connect() as connection:
            self.assertEqual(await connection.scalar(text("select 2")), 2)
