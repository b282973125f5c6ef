"""One worker process: reads a task per line, writes a result per line, ends when its input does (see workers.py).

It is started by the path of this file, with ``-P``, in an empty folder. So nothing is ever imported from the current
folder, such as a repository's own ``codemod`` or ``types``, and the package is the one that the parent runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

HELLO = b"loopmend worker\n"
"""What comes first on the output of a worker; anything before it was not said by us."""

_LATE = 5
"""Seconds after which a worker ends itself, should its parent not have ended it: both may be stuck."""


def main(memory: int, seconds: float) -> None:
    """Answer tasks until the input ends; ``memory`` bytes and ``seconds`` for one task are the limits (0: none)."""
    tasks, answers = _private()
    _limit(memory)
    waiting: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(tasks, waiting), daemon=True).start()
    answers.write(HELLO)
    answers.flush()
    while True:
        line = waiting.get()
        _alarm(seconds + _LATE if seconds else 0)
        answers.write(_answer(line))
        answers.flush()
        _alarm(0)


def _private() -> tuple[BinaryIO, BinaryIO]:
    """Take over the standard streams, so that what is printed or asked for by accident goes elsewhere."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    os.dup2(2, 1)
    return tasks, answers


def _read(tasks: BinaryIO, waiting: SimpleQueue[bytes]) -> None:
    """Pass the lines on, and end the process with them, in the middle of a task, too: nobody waits for its result."""
    for line in tasks:
        waiting.put(line)
    os._exit(0)


def _limit(memory: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if memory and (most == resource.RLIM_INFINITY or memory < most):
            resource.setrlimit(resource.RLIMIT_AS, (memory, most))
        # A process that dies of a hostile file must not fill the disk.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: float) -> None:
    """Have the system end this process after ``seconds``, whatever it is doing then; 0 calls that off."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _answer(line: bytes) -> bytes:
    from dataclasses import replace

    from codemod.batch.records import dump, load_task
    from codemod.batch.work import work

    began = time.monotonic()
    _forget_peak()
    result = work(load_task(line.decode("ascii")))
    done = replace(result, seconds=time.monotonic() - began, memory=_peak())
    return dump(done).encode("ascii") + b"\n"


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory that was in use, in bytes; 0 where the system does not tell."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    with contextlib.suppress(ImportError):
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return 0


def _import_package() -> None:
    """Make ``codemod`` importable as this file's own package, and nothing else that lies beside it."""
    root = str(Path(__file__).resolve().parents[2])
    sys.path.insert(0, root)
    import codemod  # noqa: F401

    sys.path.remove(root)


if __name__ == "__main__":
    _import_package()
    main(**json.loads(sys.argv[1]))
