import asyncio

import pytest


class SlowLoop(asyncio.SelectorEventLoop):
    pass


class SlowPolicy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return SlowLoop()


@pytest.fixture(scope="session")
def event_loop_policy():
    return SlowPolicy()
