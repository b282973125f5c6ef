import pytest


def asynchronous():
    return pytest.mark.asyncio
