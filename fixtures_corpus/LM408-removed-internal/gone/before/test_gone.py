import pytest_asyncio.plugin
from pytest_asyncio.plugin import SubRequest, wrap_in_sync


def test_internals(request: SubRequest):
    assert wrap_in_sync
    assert pytest_asyncio.plugin.event_loop
