from fastapi.testclient import TestClient
from shop.main import app


def test_orders():
    with TestClient(app) as client:
        assert client.get("/orders").json() == 1


def test_orders_again():
    with TestClient(app) as client:
        assert client.get("/orders").json() == 1


async def test_name():
    assert app.title == "FastAPI"
