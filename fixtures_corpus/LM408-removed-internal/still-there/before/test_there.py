from pytest_asyncio import is_async_test
from pytest_asyncio.plugin import Mode, wrap_in_sync


def test_internals():
    assert Mode.AUTO
    assert is_async_test
    assert wrap_in_sync
