from unittest.mock import AsyncMock

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    pool = AsyncMock()
    pool.fetchval.return_value = 1
    return pool
