import pytest

pytestmark = pytest.mark.anyio


async def test_a(clock):
    assert clock == 1
