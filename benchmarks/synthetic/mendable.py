"""Suites with something that loopmend repairs by itself."""

from __future__ import annotations

from synthetic.suite import AUTO, Suite

WIDE_FIXTURES = {"asyncio_mode": "auto", "asyncio_default_fixture_loop_scope": "session"}
ENGINE = """import os

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine


@pytest_asyncio.fixture(scope="session")
async def engine():
    engine = create_async_engine(os.environ["PACKAGE_URL"])
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture
async def session(engine):
    async with AsyncSession(engine) as session:
        yield session
        await session.rollback()
"""
SESSION_ENGINE = Suite(
    kind="crossing: session engine",
    share=45,
    status="changed",
    rules=("LM201",),
    options=WIDE_FIXTURES,
    conftest=ENGINE,
    tests="""import pytest
from sqlalchemy import text


@pytest.mark.parametrize("value", range(3))
async def test_insert_NUMBER(session, value):
    await session.execute(text("insert into items values (:v)"), {"v": value})


async def test_count_NUMBER(session):
    assert await session.scalar(text("select count(*) from items")) >= 0
""",
)
POOL = Suite(
    kind="crossing: pool",
    share=35,
    status="changed",
    rules=("LM201",),
    options=WIDE_FIXTURES,
    conftest="""import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def pool():
    pool = await asyncpg.create_pool(os.environ["PACKAGE_URL"])
    yield pool
    await pool.close()


@pytest_asyncio.fixture
async def connection(pool):
    async with pool.acquire() as connection:
        yield connection
""",
    tests="""async def test_fetch_NUMBER(connection):
    assert await connection.fetchval("select NUMBER") == NUMBER


async def test_pool_NUMBER(pool):
    assert await pool.fetchval("select 1") == 1
""",
)
LAYERS = Suite(
    kind="crossing: conftest layers",
    share=30,
    status="changed",
    rules=("LM201",),
    options=AUTO,
    conftest="""import os

import pytest


class Connection:
    async def fetchval(self, query):
        return 1


@pytest.fixture(scope="session")
def url():
    return os.environ["PACKAGE_URL"]


@pytest.fixture
def connection():
    return Connection()
""",
    layers={
        "db": """import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def connection(url):
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()
""",
        "db/deep": """import pytest_asyncio


@pytest_asyncio.fixture(autouse=True)
async def transaction(connection):
    transaction = connection.transaction()
    await transaction.start()
    yield
    await transaction.rollback()
""",
        "unit": """import pytest


@pytest.fixture
def connection(connection):
    connection.name = "unit"
    return connection
""",
    },
    tests="""async def test_value_NUMBER(connection):
    assert await connection.fetchval("select 1") == 1


async def test_again_NUMBER(connection):
    assert await connection.fetchval("select 1") == 1
""",
)
ENGINE_IN_MODULE = Suite(
    kind="crossing: module engine",
    share=25,
    status="changed",
    rules=("LM202",),
    options=AUTO,
    application={
        "db": """import os

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine(os.environ["PACKAGE_URL"])
SessionLocal = async_sessionmaker(engine)
"""
    },
    conftest="""import pytest_asyncio

from PACKAGE.db import SessionLocal


@pytest_asyncio.fixture
async def session():
    async with SessionLocal() as session:
        yield session
""",
    tests="""from sqlalchemy import text


async def test_one_NUMBER(session):
    assert await session.scalar(text("select 1")) == 1


async def test_two_NUMBER(session):
    assert await session.scalar(text("select 2")) == 2
""",
)
SEEDED = Suite(
    kind="crossing: shared by design",
    share=25,
    status="changed",
    rules=("LM201",),
    options=WIDE_FIXTURES,
    conftest="""import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def connection():
    connection = await asyncpg.connect(os.environ["PACKAGE_URL"])
    await connection.execute("create temporary table numbers as select generate_series(0, 9) as n")
    yield connection
    await connection.close()
""",
    tests="""import pytest


@pytest.mark.parametrize("value", range(3))
async def test_number_NUMBER(connection, value):
    assert await connection.fetchval("select n from numbers where n = $1::int", value) == value
""",
)
OVERRIDE = Suite(
    kind="legacy: event_loop override",
    share=35,
    status="changed",
    rules=("LM400", "LM501"),
    plugins=("0.21.2",),
    options=AUTO,
    conftest="""import asyncio

import pytest
import pytest_asyncio
from redis.asyncio import Redis


@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest_asyncio.fixture(scope="session")
async def redis():
    client = Redis()
    yield client
    await client.aclose()
""",
    tests="""async def test_set_NUMBER(redis):
    await redis.set("PACKAGE:NUMBER", "1")


async def test_get_NUMBER(redis):
    assert await redis.get("PACKAGE:NUMBER") == b"1"
""",
)
MARK_SCOPE = Suite(
    kind="legacy: scope= on marks",
    share=25,
    status="changed",
    rules=("LM301", "LM501"),
    plugins=("0.23.8", "0.24.0", "0.25.3"),
    options={"asyncio_mode": "strict"},
    tests="""import asyncio

import pytest


@pytest.mark.asyncio(scope="module")
class TestLoopNUMBER:
    async def test_one(self):
        await asyncio.sleep(0)

    async def test_two(self):
        await asyncio.sleep(0)
""",
)
PLAIN_FIXTURE = Suite(
    kind="legacy: plain async fixture",
    share=15,
    status="changed",
    rules=("LM102", "LM211", "LM400", "LM501"),
    plugins=("0.18.3",),
    options={"asyncio_mode": "legacy"},
    conftest="""import pytest


@pytest.fixture
async def user():
    return "ada"
""",
    tests="""import pytest


@pytest.mark.asyncio
async def test_user_NUMBER(user):
    assert user == "ada"
""",
)
WRONG_VALUE = Suite(
    kind="configuration: wrong value",
    share=15,
    status="changed",
    rules=("LM101",),
    plugins=("1.3.0",),
    options={"asyncio_mode": "strict", "asyncio_default_fixture_loop_scope": "fixture"},
    tests="""import asyncio

import pytest


@pytest.mark.asyncio
async def test_loop_NUMBER():
    assert asyncio.get_running_loop().is_running()
""",
)
SUITES = (
    SESSION_ENGINE,
    POOL,
    LAYERS,
    ENGINE_IN_MODULE,
    SEEDED,
    OVERRIDE,
    MARK_SCOPE,
    PLAIN_FIXTURE,
    WRONG_VALUE,
)
