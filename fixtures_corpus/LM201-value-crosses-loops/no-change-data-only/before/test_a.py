import asyncio

import pytest


@pytest.mark.parametrize("i", range(2))
async def test_number(numbers, i):
    await asyncio.sleep(0)
    assert numbers[i] == i
