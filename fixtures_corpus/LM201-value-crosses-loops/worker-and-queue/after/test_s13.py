import asyncio

import pytest


@pytest.mark.parametrize("i", range(3))
async def test_job(service, i):
    async with service.lock:
        answer = []
        service.done.clear()
        await service.jobs.put((i, answer))
        await asyncio.wait_for(service.done.wait(), 1)
        assert answer == [i * 2]
