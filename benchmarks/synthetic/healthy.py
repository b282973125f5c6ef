"""Suites in which nothing crosses loops: whatever is changed here is a mistake."""

from __future__ import annotations

from synthetic.suite import AUTO, Suite

FUNCTION_LOOPS = Suite(
    kind="healthy: function loops",
    share=210,
    status="clean",
    options=AUTO,
    conftest='''"""Every test gets a connection of its own."""

import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture
async def connection():
    connection = await asyncpg.connect(os.environ["PACKAGE_URL"])
    yield connection
    await connection.close()
''',
    tests='''"""Orders NUMBER of PACKAGE."""

import asyncio

from PACKAGE.models import RecordNUMBER


async def test_insert_NUMBER(connection):
    await connection.execute("insert into orders values ($1)", NUMBER)
    assert await connection.fetchval("select count(*) from orders") == 1


async def test_record_NUMBER():
    await asyncio.sleep(0)
    assert RecordNUMBER("a", NUMBER).total() == NUMBER
''',
)
MARKS = Suite(
    kind="healthy: strict marks",
    share=140,
    status="clean",
    options={"asyncio_mode": "strict"},
    conftest="""import pytest
import pytest_asyncio


@pytest.fixture(scope="session")
def settings():
    return {"name": "PACKAGE", "limit": 10}


@pytest_asyncio.fixture
async def inbox(settings):
    import asyncio

    queue = asyncio.Queue(settings["limit"])
    yield queue
    while not queue.empty():
        queue.get_nowait()
""",
    tests="""import pytest


@pytest.mark.asyncio
async def test_put_NUMBER(inbox):
    await inbox.put(NUMBER)
    assert await inbox.get() == NUMBER


@pytest.mark.asyncio
class TestInboxNUMBER:
    async def test_is_empty(self, inbox):
        assert inbox.empty()


def test_settings_NUMBER(settings):
    assert settings["limit"] == 10
""",
)
ONE_LOOP = Suite(
    kind="healthy: one session loop",
    share=110,
    status="clean",
    options={
        "asyncio_mode": "auto",
        "asyncio_default_fixture_loop_scope": "session",
        "asyncio_default_test_loop_scope": "session",
    },
    conftest="""import os

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
""",
    tests="""from sqlalchemy import text


async def test_select_NUMBER(session):
    assert await session.scalar(text("select NUMBER")) == NUMBER


async def test_engine_NUMBER(engine):
    async with engine.connect() as connection:
        assert (await connection.execute(text("select 1"))).scalar() == 1
""",
)
MODULE_LOOPS = Suite(
    kind="healthy: module loops",
    share=60,
    status="clean",
    options={"asyncio_mode": "strict", "asyncio_default_fixture_loop_scope": "function"},
    tests="""import pytest
import pytest_asyncio
from redis.asyncio import Redis

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def redis():
    client = Redis()
    yield client
    await client.aclose()


async def test_set_NUMBER(redis):
    await redis.set("PACKAGE:NUMBER", "1")


async def test_get_NUMBER(redis):
    assert await redis.get("PACKAGE:NUMBER") == b"1"
""",
)
NO_PLUGIN = Suite(
    kind="no pytest-asyncio",
    share=120,
    status="clean",
    plugins=(),
    options={"addopts": "-ra"},
    conftest="""import pytest


@pytest.fixture(scope="session")
def settings():
    return {"name": "PACKAGE"}
""",
    tests="""import pytest

from PACKAGE.models import RecordNUMBER


@pytest.mark.parametrize("value", range(5))
def test_total_NUMBER(value, settings):
    assert RecordNUMBER(settings["name"], value).total() == value
""",
)
ANYIO = Suite(
    kind="no pytest-asyncio: anyio",
    share=30,
    status="clean",
    plugins=(),
    options={"addopts": "-ra"},
    conftest="""import pytest


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def stream():
    import anyio

    send, receive = anyio.create_memory_object_stream(1)
    async with send, receive:
        yield send, receive
""",
    tests="""import pytest

pytestmark = pytest.mark.anyio


async def test_stream_NUMBER(stream):
    send, receive = stream
    await send.send(NUMBER)
    assert await receive.receive() == NUMBER
""",
)
SUITES = (FUNCTION_LOOPS, MARKS, ONE_LOOP, MODULE_LOOPS, NO_PLUGIN, ANYIO)
