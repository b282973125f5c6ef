import aiohttp
import grpc
import httpx
import pytest_asyncio
from databases import Database
from pymongo import AsyncMongoClient


@pytest_asyncio.fixture(scope="session")
async def web():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest_asyncio.fixture(scope="session")
async def database():
    database = Database("postgresql://localhost/app")
    await database.connect()
    yield database
    await database.disconnect()


@pytest_asyncio.fixture(scope="session")
async def channel():
    async with grpc.aio.insecure_channel("localhost:50051") as channel:
        yield channel


@pytest_asyncio.fixture(scope="session")
async def api():
    async with httpx.AsyncClient(base_url="http://localhost:8000") as client:
        yield client


@pytest_asyncio.fixture(scope="session")
async def mongo():
    client = AsyncMongoClient("mongodb://localhost")
    yield client
    await client.close()
