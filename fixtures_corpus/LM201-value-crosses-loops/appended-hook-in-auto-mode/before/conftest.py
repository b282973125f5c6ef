import pytest
from pytest_asyncio import is_async_test


def pytest_collection_modifyitems(items):
    session_marker = pytest.mark.asyncio(loop_scope="session")
    for item in (item for item in items if is_async_test(item)):
        item.add_marker(session_marker)


from plugin_pool import pool  # noqa: E402, F401
