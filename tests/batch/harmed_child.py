"""The worker's program, for projects whose folders say how it comes to harm with them."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from codemod.batch import child, work  # noqa: E402

if TYPE_CHECKING:
    from codemod.batch.records import Result, Task

_work, _answer = work.work, child._answer


def harmed(task: Task) -> Result:
    """Do what the folder's name says, after leaving the process id in it."""
    name = task.project.folder
    if not task.archive:
        Path(task.project.checkout, name, "pid").write_text(f"{os.getpid()}\n")
    if name == "dies":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "ends":
        sys.exit(3)
    if name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if name == "stuck":
        # Does not let any other thread of the process run.
        re.match(r"(a|a)*b", "a" * 60)
    if name == "eats":
        eaten = []
        while True:
            eaten.append(bytearray(1 << 24))
    if name == "eats-natively":
        sys.stderr.write("memory allocation of 16777216 bytes failed\n")
        sys.stderr.flush()
        os.abort()
    if name == "prints":
        sys.stdout.write("hello\n")
        sys.stdout.flush()
        os.write(1, b"hello\n")
    if name == "reads":
        assert sys.stdin.read() == ""
    return _work(task)


def answer(line: bytes) -> bytes:
    """Answer nonsense where it is asked for."""
    folder = json.loads(line)["project"]["folder"]
    if folder == "babbles":
        return b"nonsense\n"
    given = _answer(line)
    return given.replace(b"confused", b"another") if folder == "confused" else given


if __name__ == "__main__":
    work.work, child._answer = harmed, answer
    sys.stdout.write("the interpreter's start may print\n")
    sys.stdout.flush()
    child.main(**json.loads(sys.argv[1]))
