"""A pytest plugin for suites under test: it writes how many PostgreSQL connections are open at the end.

They are those to ``$PG_PLAIN_URL``, and the number goes to ``$CONNECTIONS_FILE``. It runs inside other environments, so
it uses nothing of loopmend.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import psycopg
import pytest

_PATIENCE = 0.4
"""Seconds to wait for the server to notice that the last connections were closed."""

_QUERY = (
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    with psycopg.connect(os.environ["PG_PLAIN_URL"], autocommit=True) as connection:
        deadline = time.monotonic() + _PATIENCE
        while (count := connection.execute(_QUERY).fetchone()[0]) and time.monotonic() < deadline:
            time.sleep(0.05)
    Path(os.environ["CONNECTIONS_FILE"]).write_text(str(count))
