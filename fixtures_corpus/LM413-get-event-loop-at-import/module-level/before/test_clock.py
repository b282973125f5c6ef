import asyncio

import pytest

loop = asyncio.get_event_loop()


@pytest.mark.asyncio
async def test_time():
    assert asyncio.get_running_loop() is not loop
