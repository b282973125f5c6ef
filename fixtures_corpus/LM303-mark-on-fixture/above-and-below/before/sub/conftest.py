import pytest
import pytest_asyncio


@pytest_asyncio.fixture
@pytest.mark.asyncio
async def unused():
    return 1
