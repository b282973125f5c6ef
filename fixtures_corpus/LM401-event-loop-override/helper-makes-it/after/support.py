import asyncio


def new_test_loop():
    return asyncio.new_event_loop()
