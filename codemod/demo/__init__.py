"""``loopmend demo``: a suite that fails on crossed loops, its diff, and the same suite passing, on a real PostgreSQL.

The suite in ``project/`` is the common one: SQLAlchemy with asyncpg, a schema made once in a session-scoped fixture,
and a session fixture that runs on another loop than the tests. It is copied: only a temporary folder changes.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import ExitCode, LoopmendError

if TYPE_CHECKING:
    from collections.abc import Callable

    from codemod.demo.suite import SuiteRun

PROJECT = Path(__file__).with_name("project")

_NEEDED = ("asyncpg", "pytest", "pytest_asyncio", "sqlalchemy", "greenlet")

_INTRODUCTION = """\
The suite: a calendar on SQLAlchemy and asyncpg, with pytest-asyncio {plugin}. Its fixtures run on the session's loop,
its tests each on their own. A connection opened in a test is given back on a loop that it does not belong to.
"""

_FAREWELL = """
Try it on your own project:
  cd your-project
  loopmend diff       show what would change, and write nothing
  loopmend migrate    change it (loopmend undo takes it back)
"""


class DemoError(LoopmendError):
    """Something the demo needs is not installed."""

    next_step = "Install it with: python -m pip install 'loopmend[demo]'"


def run(write: Callable[[str], None]) -> int:
    """Run the demo, give each block of text (without final newline) to ``write``, and return the exit status.

    0 means that the suite failed before and passed after; nothing else does. Raises DemoError where a package is
    missing, PostgresError where no server can be started, and SuiteError where the suite does not end in time.
    """
    _require()
    from codemod.demo.postgres import EmbeddedPostgres
    from codemod.demo.suite import run_suite

    write(_INTRODUCTION.format(plugin=version("pytest-asyncio")))
    with tempfile.TemporaryDirectory(prefix="loopmend-demo-") as scratch, EmbeddedPostgres() as postgres:
        folder = copy_project(Path(scratch, "meetings"))
        url, _ = postgres.database("meetings")
        variables = {"DATABASE_URL": url}
        write("$ python -m pytest")
        before = run_suite(folder, variables)
        _show(before, write)
        _mend(folder, write)
        write("$ python -m pytest")
        after = run_suite(folder, variables)
        _show(after, write)
    if before.passed or not after.passed:
        write("\nThis is not how the demo should end: the suite should fail before and pass after.")
        return ExitCode.VERIFICATION_FAILED
    write(_FAREWELL.rstrip("\n"))
    return ExitCode.DONE


def copy_project(folder: Path) -> Path:
    """Copy the demo's project to ``folder``, commit it where git is installed, and return ``folder``."""
    shutil.copytree(PROJECT, folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    git = shutil.which("git")
    if git is not None:
        identity = ("-c", "user.name=loopmend", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false")
        for step in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "The suite as it was")):
            subprocess.run([git, *step], cwd=folder, check=False, capture_output=True)
    return folder


def _mend(folder: Path, write: Callable[[str], None]) -> None:
    """Show the diff and apply it."""
    from codemod.pipeline import analyse
    from codemod.project.settings import Settings
    from codemod.source.diff import render
    from codemod.source.write import apply

    report = analyse(folder, Settings())
    write("\n$ loopmend diff")
    write(render(report.changes).decode().rstrip("\n"))
    apply(folder, report.changes)
    write("\n$ loopmend migrate")
    write("changed " + ", ".join(change.path for change in report.changes) + "\n")


def _show(run: SuiteRun, write: Callable[[str], None]) -> None:
    write("\n".join(f"  {line}" for line in run.lines()))


def _require() -> None:
    missing = [name.replace("_", "-") for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise DemoError(f"the demo needs {', '.join(missing)}")
