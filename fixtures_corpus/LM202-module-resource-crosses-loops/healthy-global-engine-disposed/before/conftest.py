import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def dispose_engine():
    yield
    from appdb import engine

    await engine.dispose()
