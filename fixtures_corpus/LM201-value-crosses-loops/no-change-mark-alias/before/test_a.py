import pytest

on_session_loop = pytest.mark.asyncio(loop_scope="session")


@on_session_loop
async def test_one(pool):
    assert await pool.fetchval("select 1") == 1


@on_session_loop
async def test_two(pool):
    assert await pool.fetchval("select 2") == 2
