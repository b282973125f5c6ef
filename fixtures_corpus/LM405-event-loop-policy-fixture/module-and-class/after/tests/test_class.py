import asyncio


class TestTime:
    """Simulated time."""

    async def test_sleeps(self):
        await asyncio.sleep(3600)


async def test_real_time():
    await asyncio.sleep(0)
