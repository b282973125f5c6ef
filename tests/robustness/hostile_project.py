"""A suite with one crossing that `migrate` mends, with something beside it that nobody may touch."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from support import command

from codemod.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFTEST = b"""import os

import asyncpg
import pytest_asyncio


@pytest_asyncio.fixture(scope="session")
async def conn():
    conn = await asyncpg.connect(os.environ["URL"])
    yield conn
    await conn.close()
"""
SICK_LINE, WELL_LINE = b'@pytest_asyncio.fixture(scope="session")', b"@pytest_asyncio.fixture"
MENDED = CONFTEST.replace(SICK_LINE, WELL_LINE)
TEST = b"""import pytest

from app import service


@pytest.mark.asyncio
async def test_select(conn):
    assert await service.fetch(conn) == 1
"""
INI = b"[pytest]\nasyncio_mode = auto\n"
OPTIONS = b"asyncio_default_fixture_loop_scope = function\nasyncio_default_test_loop_scope = function\n"
FILES = {
    "pytest.ini": INI,
    "requirements.txt": b"pytest-asyncio==1.1.0\nasyncpg\n",
    "app/__init__.py": b"",
    "app/service.py": b"async def fetch(conn):\n    return await conn.fetchval('select 1')\n",
    "tests/conftest.py": CONFTEST,
    "tests/test_a.py": TEST,
}
Snapshot = dict[str, tuple[int, str]]


@dataclass(frozen=True)
class Result:
    """What one run of the command gave."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return (self.out + self.err).decode("utf-8", "replace")

    def lines_about(self, name: str) -> list[str]:
        return [line for line in self.text.splitlines() if name in line]


@dataclass
class Hostile:
    """A project in a folder of its own; every run is checked for tracebacks."""

    top: Path
    capture: pytest.CaptureFixture[bytes]
    patch: pytest.MonkeyPatch
    runs: list[Result] = field(default_factory=list)

    @property
    def project(self) -> Path:
        return self.top / "project"

    @property
    def outside(self) -> Path:
        return self.top / "outside"

    def write(self, path: str, data: bytes) -> Path:
        place = self.project / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        return place

    def read(self, path: str) -> bytes:
        return (self.project / path).read_bytes()

    def run(self, *arguments: str, folder: Path | None = None) -> Result:
        """Run the command in this process."""
        self.patch.chdir(folder or self.project)
        self.capture.readouterr()
        code = main(arguments)
        return self._checked(Result(code, *self.capture.readouterr()))

    def command(self, *arguments: str, before: tuple[str, ...] = ()) -> Result:
        """Run the command in a process of its own, which may die."""
        done = command.run(self.project, *before, sys.executable, "-m", "codemod", *arguments)
        return self._checked(Result(done.returncode, done.stdout, done.stderr))

    def migrate(self, *arguments: str) -> Result:
        return self.run("migrate", "--allow-no-vcs", *arguments)

    def _checked(self, result: Result) -> Result:
        assert "Traceback" not in result.text, result.text
        assert b"\x1b" not in result.err, result.err
        self.runs.append(result)
        return result

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        who = ("-c", "user.name=t", "-c", "user.email=t@localhost", "-c", "init.defaultBranch=main")
        return command.git(self.project, *who, *arguments, stdin=stdin)

    def commit(self) -> None:
        if not (self.project / ".git").exists():
            self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "all")


@pytest.fixture
def hostile(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Hostile]:
    """Yield the project; afterwards nothing beside it may have changed, and no temporary file may be left."""
    made = Hostile(tmp_path, capsysbinary, monkeypatch)
    for path, data in FILES.items():
        made.write(path, data)
    made.outside.mkdir()
    for name, data in (("conftest.py", CONFTEST), ("test_out.py", TEST), ("pytest.ini", INI)):
        (made.outside / name).write_bytes(data)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    before = snapshot(tmp_path, leave_out="project")
    yield made
    assert snapshot(tmp_path, leave_out="project") == before
    left = [name for name in snapshot(made.project) if name.endswith(".tmp")]
    assert left == []


def snapshot(folder: Path, leave_out: str = "") -> Snapshot:
    """Return mode and content (or a link's target) of everything below ``folder``, but for ``leave_out`` at its top."""
    found: Snapshot = {}
    for base, folders, files in os.walk(folder):
        if leave_out in folders and base == str(folder):
            folders.remove(leave_out)
        for name in (*folders, *files):
            path = os.path.join(base, name)  # noqa: PTH118 - names that are no text
            mode = os.lstat(path).st_mode
            found[os.path.relpath(path, folder)] = (mode, _content(path, mode))
    return found


def _content(path: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return os.readlink(path)  # noqa: PTH115
    if not stat.S_ISREG(mode):
        return ""
    with open(path, "rb") as stream:  # noqa: PTH123
        return hashlib.sha256(stream.read()).hexdigest()
