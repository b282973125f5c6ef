import pytest
from app import app, engine
from fastapi.testclient import TestClient
from sqlalchemy import text


@pytest.mark.parametrize("i", range(2))
def test_sync(i):
    with TestClient(app) as client:
        assert client.get("/").json() == 1


@pytest.mark.parametrize("i", range(2))
async def test_async(i):
    async with engine.begin() as conn:
        assert (await conn.execute(text("select 1"))).scalar() == 1
