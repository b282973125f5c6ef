import os
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI, Request


@asynccontextmanager
async def lifespan(app):
    async with asyncpg.create_pool(os.environ["PG_PLAIN_URL"]) as pool:
        app.state.pool = pool
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/")
async def root(request: Request):
    return await request.app.state.pool.fetchval("select 1")
