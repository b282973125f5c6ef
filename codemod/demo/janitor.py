"""Stop a PostgreSQL cluster and delete its folder once standard input ends (run as a program by ``postgres.py``).

The standard library is enough, and nothing of loopmend is imported: this must work when all else has failed.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path

_SECONDS = 20


def _stop(data: Path) -> None:
    """Shut the server down at once; ``postmaster.pid`` holds its process id in the first line and goes when it ends."""
    pid_file = data / "postmaster.pid"
    for _ in range(_SECONDS * 20):
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            # SIGQUIT is PostgreSQL's "immediate shutdown"; where there is none (Windows) the process is ended.
            os.kill(pid, getattr(signal, "SIGQUIT", signal.SIGTERM))
        except (OSError, ValueError):
            return
        time.sleep(0.05)


def main(folder: Path) -> None:
    """Wait for the end of standard input, then leave nothing of the cluster in ``folder``."""
    sys.stdin.buffer.read()
    _stop(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
