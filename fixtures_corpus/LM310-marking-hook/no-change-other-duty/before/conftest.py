import pytest
from pytest_asyncio import is_async_test


def pytest_collection_modifyitems(items):
    """Run all tests on one loop."""
    async_tests = (item for item in items if is_async_test(item))
    session_mark = pytest.mark.asyncio(loop_scope="session")
    for test in async_tests:
        test.add_marker(session_mark, append=False)
    items.sort(key=lambda item: item.name)
