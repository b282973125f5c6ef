import os

import asyncpg


async def connect():
    return await asyncpg.connect(os.environ["PG_PLAIN_URL"])
