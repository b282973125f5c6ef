import pytest

NAMES = ["event_loop", "monkeypatch"]


@pytest.mark.parametrize("name", NAMES)
def test_a(name):
    assert name in NAMES


@pytest.mark.asyncio
async def test_b():
    pass
