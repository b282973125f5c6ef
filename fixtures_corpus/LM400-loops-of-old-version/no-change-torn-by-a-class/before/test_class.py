import asyncio

import pytest
import pytest_asyncio

SEEN = []


@pytest_asyncio.fixture
async def clock():
    SEEN.append(asyncio.get_running_loop())
    yield SEEN[-1]
    assert SEEN[-1] is asyncio.get_running_loop()


class TestWide:
    @pytest.fixture(scope="class")
    def event_loop(self):
        loop = asyncio.new_event_loop()
        yield loop
        loop.close()

    async def test_a(self, clock):
        assert clock is asyncio.get_running_loop()


async def test_free(clock):
    assert clock is asyncio.get_running_loop()
