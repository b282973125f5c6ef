import asyncio

import pytest


def helper():
    return asyncio.get_event_loop()


@pytest.fixture
def loop():
    return asyncio.get_event_loop()


async def test_nested():
    def inner():
        return asyncio.get_event_loop()

    later = lambda: asyncio.get_event_loop()  # noqa: E731
    assert helper() is inner() is later()
