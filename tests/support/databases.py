"""Databases on the one throw-away PostgreSQL of a test session."""

from __future__ import annotations

import contextlib
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.demo.postgres import EmbeddedPostgres

_numbers = itertools.count()


@contextlib.contextmanager
def fresh_database(postgres: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """Make an empty database and yield the variables a suite finds it by; drop it afterwards."""
    name = f"suite{next(_numbers)}"
    sqlalchemy_url, plain_url = postgres.database(name)
    try:
        yield {"DATABASE_URL": sqlalchemy_url, "PG_PLAIN_URL": plain_url}
    finally:
        postgres.drop(name)
