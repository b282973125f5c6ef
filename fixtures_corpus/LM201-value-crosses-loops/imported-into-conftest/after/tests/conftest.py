from tests.fixtures.database import pool  # noqa: F401
