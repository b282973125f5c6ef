"""Kill `loopmend batch run` at random points, resume it, and compare every byte with an undisturbed run."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from batch_runs import ENDED, Run, descendants, differences

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

LIMIT = 3600.0
"""Seconds after which a run counts as hanging."""
GRACE = 30.0
"""Seconds that workers have to end after the process that started them, and a run after Ctrl-C."""
INTERRUPTED = 130


@dataclass(slots=True)
class Verdict:
    """What became of the tortured runs: ``hits`` are the interruptions that came before the end of a run."""

    hits: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    files: int = 0


@dataclass(frozen=True, slots=True)
class Interruption:
    """When a run is stopped: once so many results are in its journal, and so many seconds after that."""

    lines: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A run that nobody stopped: what it gave, how many results there are, and how long a resume of it takes."""

    outputs: dict[str, bytes]
    lines: int
    resume: float


def undisturbed(run: Run) -> Undisturbed:
    """Run to the end, and once more with nothing left to do; raise SystemExit where that changes anything."""
    run.ended(_wait(run.start()))
    outputs, lines = run.outputs(), run.journal_lines()
    began = time.monotonic()
    run.ended(_wait(run.resume()))
    if changed := differences(outputs, run.outputs()):
        raise SystemExit(f"a resume of a complete run changes {', '.join(changed[:10])}")
    return Undisturbed(outputs, lines, time.monotonic() - began)


def planned(count: int, whole: Undisturbed, random: Random) -> list[Interruption]:
    """Return the interruptions: two of three while results come in, the others while the outputs are written."""
    late = count // 3
    early = sorted(random.randrange(whole.lines) for _ in range(count - late))
    made = [Interruption(lines, random.uniform(0, 0.2)) for lines in early]
    return made + [Interruption(whole.lines, random.uniform(0, whole.resume)) for _ in range(late)]


def torture(run: Run, whole: Undisturbed, interruptions: list[Interruption], stop: Callable[[int], None]) -> Verdict:
    """Stop a run at each of the points and resume it, at last to the end; ``stop`` gets the id of the process."""
    verdict = Verdict()
    for interruption in interruptions:
        process = run.resume()
        if _reached(run, process, interruption, whole.lines):
            workers = descendants(process.pid)
            stop(process.pid)
            status = _wait(process, GRACE)
            verdict.hits.append(f"{run.journal_lines()} results")
            verdict.wrong += _surprises(status, workers)
        else:
            run.ended(process.returncode)
    run.ended(_wait(run.resume()))
    outputs = run.outputs()
    verdict.wrong += (f"differs: {name}" for name in differences(whole.outputs, outputs))
    verdict.files = len(outputs)
    return verdict


def _reached(run: Run, process: subprocess.Popen[bytes], interruption: Interruption, whole: int) -> bool:
    """Wait for the point, where that is past wait for one result more; return False where the run ended before."""
    goal = max(interruption.lines, min(run.journal_lines() + 1, whole)) if interruption.lines else 0
    end = time.monotonic() + LIMIT
    while run.journal_lines() < goal and process.poll() is None:
        if time.monotonic() > end:
            process.kill()
        time.sleep(0.005)
    until = time.monotonic() + interruption.seconds
    while time.monotonic() < until and process.poll() is None:
        time.sleep(0.001)
    return process.poll() is None


def _wait(process: subprocess.Popen[bytes], seconds: float = LIMIT) -> int:
    """Return the exit status; one that takes too long is killed."""
    try:
        return process.wait(seconds)
    except Exception:
        process.kill()
        process.wait()
        raise


def _surprises(status: int, workers: set[int]) -> list[str]:
    """Return what is wrong after an interruption: another exit status, or workers that go on (they are killed)."""
    wrong = [] if status in (-signal.SIGKILL, INTERRUPTED, *ENDED) else [f"ended with {status}"]
    end = time.monotonic() + GRACE
    while (left := {pid for pid in workers if _alive(pid)}) and time.monotonic() < end:
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return [*wrong, *(f"worker {pid} went on" for pid in left)]


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def kill(pid: int) -> None:
    """Kill the process alone: its workers have to notice."""
    os.kill(pid, signal.SIGKILL)


def press_ctrl_c(pid: int) -> None:
    """Do what a terminal does: signal the whole process group."""
    os.killpg(pid, signal.SIGINT)


WAYS: dict[str, Callable[[int], None]] = {"SIGKILL": kill, "Ctrl-C": press_ctrl_c}


def compare(root: Path, folder: Path, kills: int = 10, seed: int = 1, jobs: int = 2) -> dict[str, Verdict]:
    """Return what became of the tortured runs over ``root``, by the way they were stopped; ``folder`` is scratch."""
    options = ("--jobs", str(jobs), "--no-cache")
    whole = undisturbed(Run(root, folder / "undisturbed", options))
    verdicts = {}
    for way, stop in WAYS.items():
        points = planned(kills, whole, Random(f"{seed} {way}"))
        verdicts[way] = torture(Run(root, folder / way, options), whole, points, stop)
    return verdicts


def main() -> None:
    """Torture, and end with 1 where a run gave something else than the undisturbed one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the repository, such as monorepo.py writes")
    parser.add_argument("--kills", type=int, default=10, help="how often each way of stopping (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="other points (default 1)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at work (default 2)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        verdicts = compare(given.folder.resolve(), Path(name), given.kills, given.seed, given.jobs)
    for way, verdict in verdicts.items():
        same = "; ".join(verdict.wrong[:10]) or "every byte is that of the undisturbed run"
        sys.stdout.write(f"{way}: stopped {len(verdict.hits)} times, at {', '.join(verdict.hits)}\n")
        sys.stdout.write(f"  {verdict.files} files: {same}\n")
    raise SystemExit(1 if any(verdict.wrong for verdict in verdicts.values()) else 0)


if __name__ == "__main__":
    main()
