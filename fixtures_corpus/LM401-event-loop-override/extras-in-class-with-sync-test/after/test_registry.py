import pytest
import pytest_asyncio


REGISTRY = []


class TestRegistry:
    @pytest.fixture
    def setup_teardown(self):
        REGISTRY.append("entry")
        yield
        REGISTRY.clear()

    @pytest.mark.asyncio
    @pytest.mark.usefixtures("setup_teardown")
    async def test_filled(self):
        assert REGISTRY == ["entry"]

    def test_sync(self):
        assert REGISTRY == []
