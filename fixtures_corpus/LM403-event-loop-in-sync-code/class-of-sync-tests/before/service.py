import asyncio


class Service:
    def __init__(self):
        self.loop = None

    async def start(self):
        self.loop = asyncio.get_running_loop()

    async def stop(self):
        assert self.loop is asyncio.get_running_loop()
