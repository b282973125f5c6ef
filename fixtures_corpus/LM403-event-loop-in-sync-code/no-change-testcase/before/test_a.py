import asyncio
import unittest

import pytest


class TestIt(unittest.TestCase):
    def setUp(self):
        self.event_loop = asyncio.new_event_loop()
        self.addCleanup(self.event_loop.close)

    def test_it(self):
        self.event_loop.run_until_complete(asyncio.sleep(0))


@pytest.mark.asyncio
async def test_b():
    pass
