import os

from sqlalchemy.ext.asyncio import create_async_engine


def make_engine():
    return create_async_engine(os.environ["DATABASE_URL"])
