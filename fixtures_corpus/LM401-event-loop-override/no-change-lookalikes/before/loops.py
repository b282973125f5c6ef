import asyncio


def event_loop():
    """Make a loop for the command line."""
    return asyncio.new_event_loop()
