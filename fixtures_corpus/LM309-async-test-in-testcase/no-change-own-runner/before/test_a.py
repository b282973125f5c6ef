import pytest
from base import AsyncCase


class TestThing(AsyncCase):
    @pytest.mark.asyncio
    async def test_async(self):
        self.fail()

    def test_sync(self):
        pass
