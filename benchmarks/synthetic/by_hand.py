"""Suites with something that loopmend shows and leaves to a person."""

from __future__ import annotations

from synthetic.suite import AUTO, Suite

QUEUE = Suite(
    kind="by hand: queue of the session",
    share=10,
    status="findings",
    options=AUTO,
    conftest="""import asyncio

import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def queue():
    return asyncio.Queue()
""",
    tests="""import asyncio


async def put_later(queue):
    await asyncio.sleep(0)
    await queue.put(NUMBER)


async def test_get_NUMBER(queue):
    task = asyncio.create_task(put_later(queue))
    assert await queue.get() == NUMBER
    await task


async def test_get_again_NUMBER(queue):
    task = asyncio.create_task(put_later(queue))
    assert await queue.get() == NUMBER
    await task
""",
)
UNKNOWN_CLIENT = Suite(
    kind="by hand: unknown client",
    share=10,
    status="findings",
    options={"asyncio_mode": "auto", "asyncio_default_fixture_loop_scope": "session"},
    conftest="""import acme_search
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def client():
    client = acme_search.Client("localhost")
    yield client
    await client.close()
""",
    tests="""async def test_find_NUMBER(client):
    assert await client.find("NUMBER")


async def test_find_nothing_NUMBER(client):
    assert not await client.find("")
""",
)
APPLICATION = Suite(
    kind="by hand: engine behind an application",
    share=15,
    status="findings",
    options=AUTO,
    application={
        "db": """import os

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ["PACKAGE_URL"])
SessionLocal = async_sessionmaker(engine)


async def get_db():
    async with SessionLocal() as session:
        yield session
""",
        "main": """from fastapi import Depends, FastAPI
from sqlalchemy import text

from PACKAGE.db import get_db

app = FastAPI()


@app.get("/orders")
async def orders(session=Depends(get_db)):
    return await session.scalar(text("select 1"))
""",
    },
    conftest="""import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from PACKAGE.main import app


@pytest_asyncio.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        yield client
""",
    tests="""async def test_orders_NUMBER(client):
    assert (await client.get("/orders")).json() == 1


async def test_orders_again_NUMBER(client):
    assert (await client.get("/orders")).json() == 1
""",
)
UNKNOWN_OPTION = Suite(
    kind="configuration: unknown option",
    share=15,
    status="findings",
    options={"asyncio_mode": "strict", "asyncio_fixture_loop_scope": "session"},
    plugins=("1.5.0",),
    tests="""import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop_NUMBER():
    assert asyncio.get_running_loop().is_running()
""",
)
STRICT_PLAIN = Suite(
    kind="by hand: plain async fixture in strict mode",
    share=10,
    status="findings",
    options={"asyncio_mode": "strict"},
    conftest="""import pytest


@pytest.fixture
async def user():
    return "ada"
""",
    tests="""import pytest


@pytest.mark.asyncio
async def test_user_NUMBER(user):
    assert await user == "ada"
""",
)
SUITES = (QUEUE, UNKNOWN_CLIENT, APPLICATION, UNKNOWN_OPTION, STRICT_PLAIN)
