import os

from sqlalchemy.ext.asyncio import create_async_engine

ENGINE = create_async_engine(os.environ.get("OTHER_URL", "postgresql+asyncpg://127.0.0.1:1/never"))
