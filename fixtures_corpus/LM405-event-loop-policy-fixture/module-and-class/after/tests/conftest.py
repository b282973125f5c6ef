import asyncio

import async_solipsism
import uvloop


def pytest_asyncio_loop_factories(item):
    """Choose how the event loops of async tests are made."""
    if "/test_class.py::TestTime::" in f"/{item.nodeid}":
        return {"async_solipsism": async_solipsism.EventLoop}
    if item.path.name == "test_module.py":
        return {"uvloop": uvloop.new_event_loop}
    return {"asyncio": asyncio.new_event_loop}
