import asyncio


async def test_a(session):
    assert session is asyncio.get_running_loop()
