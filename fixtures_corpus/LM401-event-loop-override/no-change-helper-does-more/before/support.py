import asyncio


def new_test_loop():
    loop = asyncio.new_event_loop()
    loop.slow_callback_duration = 0.5
    return loop
