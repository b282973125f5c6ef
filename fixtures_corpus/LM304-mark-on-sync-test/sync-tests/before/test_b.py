import asyncio

import pytest


@pytest.mark.asyncio
def test_only():
    assert asyncio.run(number()) == 1


async def number():
    return 1
