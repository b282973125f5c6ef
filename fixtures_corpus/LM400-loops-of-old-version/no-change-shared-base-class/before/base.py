import asyncio

import pytest


@pytest.mark.asyncio
class Contract:
    async def test_contract(self, clock):
        assert clock is asyncio.get_running_loop()
