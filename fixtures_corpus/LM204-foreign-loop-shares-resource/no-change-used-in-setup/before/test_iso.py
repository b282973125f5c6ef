import unittest

from appdb import engine


class TestNothing(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        async with engine.connect() as connection:
            await connection.exec_driver_sql("select 1")

    async def test_one(self):
        self.assertTrue(engine)

    async def test_two(self):
        self.assertTrue(engine)
