import pytest_asyncio


@pytest_asyncio.fixture(autouse=True, loop_scope="function")
async def dispose_engine():
    """Give the connections of appdb.engine back on the loop that opened them."""
    yield
    from appdb import engine

    await engine.dispose()
