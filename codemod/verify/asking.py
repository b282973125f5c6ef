"""Ask another program something: bounded in time and in output, with no process left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_MOST = 20_000_000
_PAUSE = 0.02


@dataclass(frozen=True, slots=True)
class Answer:
    """How a program ended, and what it wrote to its two streams."""

    status: int
    out: str
    err: str

    def tail(self, lines: int = 1) -> str:
        """Return the last lines that are not empty, of the error stream where it has any."""
        said = [line.strip() for line in (self.err.strip() or self.out.strip()).splitlines() if line.strip()]
        return "\n".join(said[-lines:])


class NoAnswerError(Exception):
    """The program could not be started, took too long or said too much; ``str`` is one line."""


def ask(command: Sequence[str], folder: Path, variables: Mapping[str, str], seconds: float) -> Answer:
    """Run ``command`` in ``folder`` with exactly ``variables`` and no input; raise NoAnswerError where it has no end.

    Its process group (POSIX) is killed as a whole in every case. Output goes to files, not pipes: a process that got
    away and holds a pipe would keep us waiting.
    """
    with TemporaryFile() as out, TemporaryFile() as err:
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise NoAnswerError(getattr(error, "strerror", None) or str(error)) from error
        try:
            _wait(process, (out, err), seconds)
        finally:
            _kill(process)
        return Answer(process.returncode, _text(out), _text(err))


def _wait(process: subprocess.Popen[bytes], files: Sequence[IO[bytes]], seconds: float) -> None:
    end = time.monotonic() + seconds
    while process.poll() is None:
        if any(os.fstat(file.fileno()).st_size > _MOST for file in files):
            raise NoAnswerError(f"said more than {_MOST // 1_000_000} MB")
        if time.monotonic() > end:
            raise NoAnswerError(f"took more than {seconds:g} seconds")
        time.sleep(_PAUSE)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        # macOS says "not permitted" of a group that is all zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_MOST).decode("utf-8", "replace")
