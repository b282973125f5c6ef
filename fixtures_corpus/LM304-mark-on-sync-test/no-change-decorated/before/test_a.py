import pytest

from helpers import in_task


@pytest.mark.asyncio
@in_task
def test_plain():
    assert True
