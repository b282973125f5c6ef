"""Delete folders once standard input ends (run as a program by ``cleanup.py``).

The standard library is enough, and nothing of loopmend is imported: this must work when all else has failed.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

_SECONDS = 30
_TICK = 0.05


def remove(folder: Path) -> bool:
    """Delete ``folder`` with all that is in it, also where it is read-only; tell whether it is gone. Raise nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        _unlock(folder)
        shutil.rmtree(folder, ignore_errors=True)
    return not os.path.lexists(folder)


def _unlock(folder: Path) -> None:
    """Let the owner into every folder; one that is closed cannot be emptied."""
    with contextlib.suppress(OSError):
        folder.chmod(0o700)
    for place, names, _ in os.walk(folder):
        for path in (Path(place, name) for name in names):
            # A link may lead out of here.
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)


def _quit(pid_file: Path) -> None:
    """Tell the process whose id is in the first line of ``pid_file`` to end at once, until it has deleted the file."""
    for _ in range(int(_SECONDS / _TICK)):
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            # SIGQUIT is PostgreSQL's "immediate shutdown"; where there is none (Windows) the process is ended.
            os.kill(pid, getattr(signal, "SIGQUIT", signal.SIGTERM))
        except (OSError, ValueError):
            return
        time.sleep(_TICK)


def main() -> None:
    """Wait for the end of standard input, then do what the arguments say."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quit", type=Path, metavar="PID_FILE")
    parser.add_argument("--if-empty", type=Path, metavar="FOLDER")
    parser.add_argument("folders", type=Path, nargs="+")
    orders = parser.parse_args()
    sys.stdin.buffer.read()
    if orders.quit is not None:
        _quit(orders.quit)
    for folder in orders.folders:
        # What still runs in it is being ended by its supervisor, but may write until then.
        deadline = time.monotonic() + _SECONDS
        while not remove(folder) and time.monotonic() < deadline:
            time.sleep(_TICK)
    if orders.if_empty is not None:
        with contextlib.suppress(OSError):
            orders.if_empty.rmdir()


if __name__ == "__main__":
    main()
