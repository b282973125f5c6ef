import asyncio


class ClockworkEventLoop(asyncio.SelectorEventLoop):
    """A loop that is always a little late."""
