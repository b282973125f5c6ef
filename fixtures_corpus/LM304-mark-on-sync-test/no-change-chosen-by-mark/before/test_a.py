import pytest


@pytest.mark.asyncio
def test_plain():
    assert True
