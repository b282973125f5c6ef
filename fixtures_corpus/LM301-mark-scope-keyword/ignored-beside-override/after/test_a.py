import pytest

pytestmark = pytest.mark.asyncio


async def test_one(queue):
    queue.put_nowait(1)


async def test_two(queue):
    assert await queue.get() == 1
