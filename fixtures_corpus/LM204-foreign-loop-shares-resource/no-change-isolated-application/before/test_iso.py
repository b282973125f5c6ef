from unittest import IsolatedAsyncioTestCase

from appdb import select


class TestSelect(IsolatedAsyncioTestCase):
    async def test_one(self):
        self.assertEqual(await select(1), 1)

    async def test_two(self):
        self.assertEqual(await select(2), 2)
