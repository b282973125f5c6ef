import pytest
import pytest_asyncio

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a(settings):
    assert settings["debug"]
