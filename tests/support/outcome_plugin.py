"""A pytest plugin for suites under test: it writes what happened, phase by phase, to ``$OUTCOME_FILE`` as JSON.

It runs inside other environments, with pytest 8 and 9, so it uses nothing of loopmend.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

_PATIENCE = 0.4
"""Seconds to wait for the server to notice that the last connections were closed."""

_result = {"phases": [], "warnings": [], "collect_errors": [], "exit": None, "open_connections": None}


def pytest_runtest_logreport(report):
    entry = {"test": report.nodeid, "phase": report.when, "outcome": report.outcome}
    if report.failed:
        crash = getattr(report.longrepr, "reprcrash", None)
        entry["message"] = " ".join(str(crash.message if crash else report.longrepr).split())[:1000]
    _result["phases"].append(entry)


def pytest_collectreport(report):
    if report.failed:
        _result["collect_errors"].append(str(report.longrepr)[-600:])


def pytest_warning_recorded(warning_message):
    text = " ".join(str(warning_message.message).split())
    _result["warnings"].append(f"{warning_message.category.__name__}: {text}"[:600])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(exitstatus):
    _result["exit"] = int(exitstatus)
    if url := os.environ.get("PG_PLAIN_URL"):
        _result["open_connections"] = _open_connections(url)
    Path(os.environ["OUTCOME_FILE"]).write_text(json.dumps(_result))


def _open_connections(url):
    import psycopg

    query = (
        "select count(*) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'"
    )
    with psycopg.connect(url, autocommit=True) as connection:
        deadline = time.monotonic() + _PATIENCE
        while (count := connection.execute(query).fetchone()[0]) and time.monotonic() < deadline:
            time.sleep(0.05)
    return count
