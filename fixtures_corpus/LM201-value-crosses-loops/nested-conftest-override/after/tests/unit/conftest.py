import pytest


class FakePool:
    async def fetchval(self, query, value):
        return value


@pytest.fixture(scope="session")
def pool():
    return FakePool()
