import pytest
from script import names
from sqlalchemy.ext.asyncio import create_async_engine


@pytest.mark.parametrize("i", range(2))
async def test_names(i):
    engine = create_async_engine("sqlite+aiosqlite://")
    assert await names(engine) == [(1,)]
    await engine.dispose()
