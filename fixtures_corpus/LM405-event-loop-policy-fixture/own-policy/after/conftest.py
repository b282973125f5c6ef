import asyncio


def new_event_loop():
    """Make the event loop of a test."""
    return SlowPolicy().new_event_loop()


def pytest_asyncio_loop_factories():
    """Choose how the event loops of async tests are made."""
    return {"asyncio": new_event_loop}


class SlowLoop(asyncio.SelectorEventLoop):
    pass


class SlowPolicy(asyncio.DefaultEventLoopPolicy):
    def new_event_loop(self):
        return SlowLoop()
