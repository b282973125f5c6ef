import asyncio as aio
from asyncio import get_event_loop


async def test_alias():
    assert aio.get_event_loop() is get_event_loop()
