from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from codemod.demo.process import run_limited

# A child of the child, which a plain kill of the child would leave alive.
_NEST = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(float(sys.argv[1]))
"""


def _run(tmp_path: Path, code: str, *arguments: str, seconds: float) -> int | None:
    command = [sys.executable, "-c", code, *arguments]
    return run_limited(command, tmp_path, dict(os.environ), tmp_path / "log", seconds)


def _gone(pid: int) -> bool:
    for _ in range(200):
        state = Path(f"/proc/{pid}/stat")
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        # A killed process that nobody waits for stays in the table as a zombie.
        if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_status_and_output_are_returned(tmp_path: Path) -> None:
    assert _run(tmp_path, "import os; print(os.getcwd()); raise SystemExit(7)", seconds=60) == 7
    assert (tmp_path / "log").read_text() == f"{tmp_path}\n"


def test_time_out_is_none(tmp_path: Path) -> None:
    assert _run(tmp_path, "import time; time.sleep(60)", seconds=0.2) is None


def test_grandchildren_do_not_survive_a_time_out(tmp_path: Path) -> None:
    assert _run(tmp_path, _NEST, "60", seconds=2) is None
    assert _gone(int((tmp_path / "log").read_text()))


def test_grandchildren_do_not_survive_a_normal_end(tmp_path: Path) -> None:
    assert _run(tmp_path, _NEST, "0", seconds=60) == 0
    assert _gone(int((tmp_path / "log").read_text()))
