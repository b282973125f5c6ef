import pytest


@pytest.fixture(scope="session")
async def settings():
    yield {"debug": True}
