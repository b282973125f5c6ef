import aiosqlite
import httpx
import psycopg
import pytest_asyncio


async def app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body"})


@pytest_asyncio.fixture(scope="session")
async def memory():
    async with aiosqlite.connect(":memory:") as connection:
        yield connection


@pytest_asyncio.fixture(scope="session")
async def postgres():
    connection = await psycopg.AsyncConnection.connect("dbname=app")
    yield connection
    await connection.close()


@pytest_asyncio.fixture(scope="session")
async def client():
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as client:
        yield client
