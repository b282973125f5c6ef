import asyncio

import pytest


def current():
    return asyncio.get_event_loop()


@pytest.mark.asyncio
async def test_time():
    assert current() is asyncio.get_running_loop()
