import asyncio


async def test_patched(monkeypatch):
    monkeypatch.setattr(asyncio, "get_event_loop", lambda: "patched")
    assert asyncio.get_event_loop() == "patched"
