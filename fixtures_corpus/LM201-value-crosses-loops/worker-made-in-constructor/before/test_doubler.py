import asyncio

import pytest


@pytest.mark.parametrize("i", range(3))
async def test_double(doubler, i):
    answer = []
    doubler.done.clear()
    await doubler.jobs.put((i, answer))
    await asyncio.wait_for(doubler.done.wait(), 1)
    assert answer == [i * 2]
