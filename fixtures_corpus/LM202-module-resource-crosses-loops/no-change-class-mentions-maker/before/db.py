from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

engine = create_async_engine("postgresql+asyncpg://127.0.0.1:1/never")
SessionLocal = async_sessionmaker(engine)
