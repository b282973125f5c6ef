import pytest_asyncio


@pytest_asyncio.fixture(autouse=True, loop_scope="function")
async def dispose_engine():
    """Give the connections of app.engine back on the loop that opened them."""
    yield
    from app import engine

    await engine.dispose()
