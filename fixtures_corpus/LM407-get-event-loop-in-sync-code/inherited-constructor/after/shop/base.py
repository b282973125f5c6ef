import asyncio


class Base:
    def __init__(self):
        self.loop = asyncio.get_event_loop()
