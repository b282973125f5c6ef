import nats
import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture(scope="module")
async def connection():
    connection = await nats.connect("nats://localhost")
    yield connection
    await connection.drain()


async def test_request(connection):
    assert await connection.request("echo", b"a")
