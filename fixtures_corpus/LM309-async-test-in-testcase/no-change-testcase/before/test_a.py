import unittest

import pytest


class TestThing(unittest.TestCase):
    @pytest.mark.asyncio
    async def test_async(self):
        self.fail()

    def test_sync(self):
        pass
