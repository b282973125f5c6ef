import databases
import pytest

database = databases.Database("postgresql+asyncpg://localhost/rooms")


@pytest.mark.asyncio
async def test_a():
    async with database:
        await database.execute("select 1")


@pytest.mark.asyncio
async def test_b():
    async with database:
        await database.execute("select 1")
