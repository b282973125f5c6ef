import asyncio


def pytest_asyncio_loop_factories(item):
    """Choose how the event loops of async tests are made."""
    if "/test_selector.py::TestSelector::" in f"/{item.nodeid}":
        return {"asyncio": asyncio.SelectorEventLoop}
    return {"asyncio": asyncio.new_event_loop}
