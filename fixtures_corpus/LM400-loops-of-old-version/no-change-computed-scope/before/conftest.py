import asyncio

import pytest


def loop_scope(fixture_name, config):
    return "session" if config.getoption("keyword") else "module"


@pytest.fixture(scope=loop_scope)
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
async def clock():
    return asyncio.get_running_loop()
