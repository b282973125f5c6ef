import pytest

pytestmark = [pytest.mark.usefixtures("rolled_back")]


def test_sync():
    assert True


def test_sync_again():
    assert True
