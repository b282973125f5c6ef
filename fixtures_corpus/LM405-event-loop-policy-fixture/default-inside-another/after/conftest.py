import uvloop


def pytest_asyncio_loop_factories():
    """Choose how the event loops of async tests are made."""
    return {"uvloop": uvloop.new_event_loop}
