import asyncio

import pytest
import pytest_asyncio


@pytest_asyncio.fixture
async def made():
    """Doc."""
    event_loop = asyncio.get_running_loop()
    future = event_loop.create_future()
    event_loop.call_soon(future.set_result, 1)
    yield await future
    assert event_loop is asyncio.get_running_loop()


@pytest.mark.asyncio
async def test_closure(made):
    event_loop = asyncio.get_running_loop()
    async def inner():
        return event_loop

    assert await inner() is asyncio.get_running_loop()


@pytest.mark.asyncio
@pytest.mark.parametrize("n", [1, 2])
async def test_parametrized(
    n,
):
    event_loop = asyncio.get_running_loop()
    assert event_loop.time() >= 0


class TestIt:
    @pytest.mark.asyncio
    async def test_method(self):
        event_loop = asyncio.get_running_loop()
        # a comment
        await event_loop.run_in_executor(None, int)

    @pytest.mark.asyncio
    async def test_unused(self, made):
        """Only a docstring."""


@pytest.mark.asyncio
async def test_default(made):
    event_loop = asyncio.get_running_loop()
    event_loop = event_loop or None
    assert event_loop is asyncio.get_running_loop()
