import os

import asyncpg
import pytest


@pytest.fixture(scope="session")
def connect():
    async def make():
        return await asyncpg.connect(os.environ["PG_PLAIN_URL"])

    return make
