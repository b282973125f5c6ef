import asyncio
import unittest

import pytest


class TestA(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.event_loop = asyncio.get_running_loop()

    async def test_a(self):
        assert self.event_loop.is_running()


@pytest.mark.asyncio
async def test_b():
    pass
