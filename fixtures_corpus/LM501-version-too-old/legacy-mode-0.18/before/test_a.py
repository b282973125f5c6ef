import pytest


@pytest.mark.asyncio
async def test_one(connection):
    assert await connection.fetchval("select 1") == 1


@pytest.mark.asyncio
async def test_two(connection):
    assert await connection.fetchval("select 2") == 2
