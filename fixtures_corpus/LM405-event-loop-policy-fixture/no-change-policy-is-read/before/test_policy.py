import asyncio


async def test_policy():
    assert "uvloop" in type(asyncio.get_event_loop_policy()).__module__
