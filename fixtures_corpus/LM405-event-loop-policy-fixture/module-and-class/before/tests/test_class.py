import asyncio

import async_solipsism
import pytest


class TestTime:
    """Simulated time."""

    @pytest.fixture(scope="class")
    def event_loop_policy(self):
        """Jump over every sleep."""
        yield async_solipsism.EventLoopPolicy()

    async def test_sleeps(self):
        await asyncio.sleep(3600)


async def test_real_time():
    await asyncio.sleep(0)
