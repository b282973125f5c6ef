import pytest
from service import Service


class TestService:
    @pytest.fixture
    def service(self, event_loop):
        service = Service()
        event_loop.run_until_complete(service.start())
        yield service
        event_loop.run_until_complete(service.stop())

    def test_started(self, service, event_loop):
        assert service.loop is event_loop

    async def test_async(self, service):
        await service.stop()
