import pytest


@pytest.fixture(autouse=True)
def set_up(request):
    if request.node.get_closest_marker("asyncio"):
        print("on a loop")
