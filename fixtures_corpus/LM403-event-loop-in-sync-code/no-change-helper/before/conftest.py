import asyncio

import pytest


def run(event_loop, coroutine):
    return event_loop.run_until_complete(coroutine)


@pytest.fixture
def slept():
    loop = asyncio.new_event_loop()
    run(loop, asyncio.sleep(0))
    loop.close()
    return True
