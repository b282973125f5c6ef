import asyncio

import pytest


async def answer():
    return 42


def test_first(event_loop):
    assert asyncio.get_event_loop().run_until_complete(answer()) == 42


@pytest.mark.asyncio
async def test_async():
    assert await answer() == 42


class TestSync:
    def test_after(self, event_loop):
        assert asyncio.get_event_loop().run_until_complete(answer()) == 42
