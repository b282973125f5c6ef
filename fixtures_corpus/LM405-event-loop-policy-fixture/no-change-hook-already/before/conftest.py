import pytest
import uvloop


@pytest.fixture(scope="session")
def event_loop_policy():
    return uvloop.EventLoopPolicy()


def pytest_asyncio_loop_factories():
    return {"uvloop": uvloop.new_event_loop}
