def pytest_addoption(parser):
    parser.addini("asyncio_loop_mode", "which loop")
