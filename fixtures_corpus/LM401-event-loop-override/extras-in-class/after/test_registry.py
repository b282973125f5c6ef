import pytest
import pytest_asyncio


REGISTRY = []


class TestRegistry:
    @pytest.fixture(autouse=True)
    def setup_teardown(self):
        REGISTRY.append("entry")
        yield
        REGISTRY.clear()

    @pytest.mark.asyncio
    async def test_filled(self):
        assert REGISTRY == ["entry"]

    @pytest.mark.asyncio
    async def test_filled_anew(self):
        assert REGISTRY == ["entry"]


@pytest.mark.asyncio
async def test_empty():
    assert REGISTRY == []
