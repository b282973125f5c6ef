"""Commands for the supervisor, and whether a process is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.processes.run import Ended, Limits, run

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS = 60
"""A limit that is not reached."""

DAEMON = """
import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open(sys.argv[1], "w").write(f"{os.getpid()}\\n")
        time.sleep(600)
    os._exit(0)
os.wait()
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
"""
"""Leaves a process in a session of its own, whose parent is gone, and writes its id to the file of the argument."""

DEAF = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").write(f"{os.getpid()}\\n")
time.sleep(600)
"""
"""Ignores SIGTERM."""


def run_code(folder: Path, code: str, *arguments: str, limits: Limits | None = None) -> Ended:
    """Run Python ``code`` in ``folder``, with its output in ``folder/log``."""
    command = [sys.executable, "-c", code, *arguments]
    return run(command, folder, dict(os.environ), folder / "log", limits or Limits(SECONDS))


def start_caller(folder: Path, code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a process that runs Python ``code`` as `run_code` does."""
    command = [sys.executable, "-c", code, *arguments]
    caller = f"""
import os, sys
from pathlib import Path
from codemod.processes.cleanup import terminable
from codemod.processes.run import Limits, run
try:
    with terminable():
        run({command!r}, Path.cwd(), dict(os.environ), Path("log"), Limits({SECONDS}, grace=3))
except KeyboardInterrupt:
    print("interrupted")
"""
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    program = [sys.executable, "-c", caller]
    return subprocess.Popen(program, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)


def pid_in(file: Path) -> int:
    """Return the process id that another process writes to ``file``, as soon as it is there."""
    until(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


def until(holds: Callable[[], bool]) -> None:
    """Wait until ``holds()``."""
    deadline = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Tell whether the process ``pid`` is no more, or is only waiting for its parent to take note of its end."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return Path("/proc").exists()
