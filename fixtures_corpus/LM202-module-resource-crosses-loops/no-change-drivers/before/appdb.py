import os

from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

memory = create_async_engine("sqlite+aiosqlite://", poolclass=StaticPool)
server = create_async_engine("postgresql+psycopg://" + os.environ["PG_PLAIN_URL"].partition("://")[2])
