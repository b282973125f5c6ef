import pytest_asyncio


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def rows():
    return []


@pytest_asyncio.fixture(loop_scope="module")
async def tables(rows):
    return rows
