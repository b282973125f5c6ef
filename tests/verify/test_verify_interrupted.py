"""A verification that is interrupted or killed leaves the project, git, temporary files and processes as they were."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from copies_tools import git, inside, state, write
from support import fake_pytest
from support.processes import SECONDS, is_gone, until
from verify_bench import FILES, MARK, NEW

from codemod.errors import ExitCode

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"


@dataclass(frozen=True)
class Command:
    """``loopmend verify`` in a process of its own, with a fake pytest that hangs in one of its runs."""

    folder: Path
    scratch: Path
    outside: Path
    monkeypatch: pytest.MonkeyPatch

    def start(self, number: int, preface: str) -> tuple[subprocess.Popen[str], fake_pytest.Played]:
        """Return the process, and the runs, as soon as run ``number`` hangs."""
        fake = fake_pytest.lay_out(self.outside / "fake", NEW)
        script = f"{preface}if number == {number}: hang()\nsuite(*['test_two'] * ({MARK}))"
        played = fake_pytest.use(self.monkeypatch, fake, script, self.outside / "log")
        base = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        variables = {**base, "PYTHONPATH": f"{fake}{os.pathsep}{ROOT}", "TMPDIR": str(self.scratch)}
        process = subprocess.Popen(
            [sys.executable, "-m", "codemod", "verify"],
            cwd=self.folder,
            env=variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        until(lambda: len(played.runs) == number or process.poll() is not None)
        return process, played


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    folder, scratch, outside = (tmp_path / name for name in ("project", "scratch", "outside"))
    write(folder, FILES)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "one")
    scratch.mkdir()
    outside.mkdir()
    return Command(folder, scratch, outside, monkeypatch)


@pytest.mark.parametrize("number", [1, 4], ids=["before", "search"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left(command: Command, number: int, how: signal.Signals) -> None:
    before = state(command.folder)
    process, played = command.start(number, DEAF if how is signal.SIGTERM else "")
    assert inside(command.scratch)
    process.send_signal(how)
    out, err = process.communicate(timeout=SECONDS)
    if how is signal.SIGKILL:
        assert process.returncode == -how
        until(lambda: inside(command.scratch) == [])
        until(lambda: all(is_gone(run["pid"]) for run in played.runs))
        until(lambda: not (command.folder / ".git/worktrees").exists())
    else:
        assert (process.returncode, out) == (ExitCode.INTERRUPTED, "")
        assert err.endswith("interrupted\n")
        assert "Traceback" not in err
    assert len(played.runs) == number
    assert all(is_gone(run["pid"]) for run in played.runs)
    assert inside(command.scratch) == []
    assert state(command.folder) == before
