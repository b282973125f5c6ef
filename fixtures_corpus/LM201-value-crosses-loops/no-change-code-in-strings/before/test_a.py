SOURCE = """
@pytest_asyncio.fixture(scope="session")
async def pool():
    yield await asyncpg.create_pool(URL)
"""


async def test_source():
    assert "create_pool" in SOURCE


async def test_source_again():
    assert "pool" in SOURCE
