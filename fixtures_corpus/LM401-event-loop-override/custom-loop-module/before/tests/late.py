import asyncio


class LateEventLoop(asyncio.SelectorEventLoop):
    late = True
