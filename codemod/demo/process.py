"""Run one command under a time limit, and leave no process of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def run_limited(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, seconds: float
) -> int | None:
    """Run ``command`` in ``folder``, write all it says to ``log``, and return its exit status, or None on time-out.

    The command gets a process group of its own (POSIX), which is killed as a whole in every case: a suite may leave
    servers and workers behind, and a hanging one does.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        # macOS says "not permitted" of a group that is all zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
