import asyncio

import uvloop


def pytest_asyncio_loop_factories():
    """Choose how the event loops of async tests are made."""
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
