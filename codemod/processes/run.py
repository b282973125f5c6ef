"""Run one command under limits of time and output, and leave no process of it behind; see ``supervisor.py``."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import LoopmendError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_WATCH_SECONDS = 0.25
_SUPERVISOR = Path(__file__).with_name("supervisor.py")


class CommandError(LoopmendError):
    """A command could not be started, or nothing is known of its end."""

    next_step = "Check that the named program is there and can be run."


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a command may take, and then has to end by itself (``grace``), in seconds; bytes of output to keep."""

    seconds: float
    output: int = 16 * 1024 * 1024
    grace: float = 5


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: with an exit ``status``, or by a ``signal``; the other one is None.

    ``timed_out`` says that it was made to end. ``truncated`` says that the middle of its output was not kept. ``left``
    counts processes that could not be killed: another user's, or waiting for a device.
    """

    status: int | None
    signal: int | None
    timed_out: bool
    truncated: bool
    seconds: float
    left: int = 0


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log: Path,
    limits: Limits,
    watch: Callable[[], None] | None = None,
) -> Ended:
    """Run ``command`` in ``folder``, write what it says to ``log``, and return how it ended.

    Its standard input is empty. When this returns or raises, all processes that it started are gone, daemons too
    (Linux). ``watch`` is called about four times a second; what it raises ends the command, as Ctrl-C does. Raises
    CommandError where the command cannot be started.
    """
    supervisor = _start(command, folder, environment, log, limits)
    try:
        while not _has_ended(supervisor):
            if watch is not None:
                watch()
    finally:
        report = _finish(supervisor)
    return _read(report, command[0], folder)


def _start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path, limits: Limits
) -> subprocess.Popen[bytes]:
    orders = {"seconds": limits.seconds, "grace": limits.grace, "output": limits.output, "log": str(log.absolute())}
    try:
        # A session of its own: Ctrl-C in the terminal is meant for us, and the supervisor has to outlive it.
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_SUPERVISOR), json.dumps(orders), *command],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise CommandError(f"{command[0]} cannot be started in {folder}: {error.strerror}") from error


def _has_ended(supervisor: subprocess.Popen[bytes]) -> bool:
    with contextlib.suppress(subprocess.TimeoutExpired):
        supervisor.wait(_WATCH_SECONDS)
    return supervisor.returncode is not None


def _finish(supervisor: subprocess.Popen[bytes]) -> str:
    """Let the supervisor end the command if it still runs, however often Ctrl-C is pressed, and return what it says."""
    assert supervisor.stdin is not None
    assert supervisor.stdout is not None
    supervisor.stdin.close()
    while supervisor.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.wait()
    with supervisor.stdout as stream:
        return stream.read().decode(errors="replace").strip()


def _read(report: str, program: str, folder: Path) -> Ended:
    try:
        fields = json.loads(report.rpartition("\n")[2])
    except ValueError as error:
        raise CommandError(f"nothing is known of how {program} ended: its supervisor was stopped") from error
    if "error" in fields:
        raise CommandError(f"{program} cannot be started in {folder}: {fields['error']}")
    return Ended(**fields)
