from shop.base import Base


class Client(Base):
    async def fetch(self):
        return self.loop is asyncio.get_running_loop()


import asyncio  # noqa: E402
