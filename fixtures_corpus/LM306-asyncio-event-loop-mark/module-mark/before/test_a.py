from pytest import mark

pytestmark = mark.asyncio_event_loop


async def test_one():
    pass
