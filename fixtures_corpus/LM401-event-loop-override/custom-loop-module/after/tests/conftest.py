import asyncio

from late import LateEventLoop


def pytest_asyncio_loop_factories(item):
    """Choose how the event loops of async tests are made."""
    if item.path.name == "test_late.py":
        return {"asyncio": LateEventLoop}
    return {"asyncio": asyncio.new_event_loop}
