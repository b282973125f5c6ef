import asyncio


def test_a(event_loop):
    event_loop.run_until_complete(asyncio.sleep(0))
