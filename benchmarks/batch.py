"""Measure `loopmend batch run` on a repository of many projects, such as that of monorepo.py (see README.md)."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from batch_runs import Run, descendants, differences

MEGABYTE = 1024 * 1024
DISCOVER = """import pathlib, sys
from codemod.batch.discover import discover
print(len(discover([pathlib.Path(sys.argv[1])]).projects))"""
COMMENT = b"# one line more\n"


@dataclass(frozen=True, slots=True)
class Figures:
    """What a run cost: seconds of the clock and of the processors, and the highest memory seen, in bytes."""

    wall: float
    cpu: float
    parent: int
    child: int
    together: int


class Watch(threading.Thread):
    """Looks at the memory of a process and of what it started, ten times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.parent = self.child = self.together = 0
        self._end = threading.Event()

    def run(self) -> None:
        """Look until told to stop."""
        while not self._end.wait(0.1):
            own, others = _resident(self.pid), [_resident(pid) for pid in descendants(self.pid)]
            self.parent = max(self.parent, own)
            self.child = max(self.child, *others, 0)
            self.together = max(self.together, own + sum(others))

    def stop(self) -> None:
        """End the thread."""
        self._end.set()
        self.join()


def _resident(pid: int) -> int:
    """Return the resident memory of a process, 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def measure(run: Run) -> Figures:
    """Run a batch to its end and return what it cost; raise SystemExit where it does not end well."""
    began = time.monotonic()
    process = run.start()
    watch = Watch(process.pid)
    watch.start()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    watch.stop()
    run.ended(process.returncode)
    return Figures(wall, used.ru_utime + used.ru_stime, watch.parent, watch.child, watch.together)


def discovery(root: Path) -> tuple[float, int]:
    """Return how long it takes to find the projects, from the start of the interpreter on, and how many there are."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", DISCOVER, str(root)], env=environment, check=True, capture_output=True, text=True
    )
    return time.monotonic() - began, int(done.stdout)


def say(text: str) -> None:
    """Write one line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def show(title: str, run: Run, figures: Figures, files: int) -> None:
    """Print one row of the table and the command it is about."""
    memory = "  ".join(f"{size / MEGABYTE:7.0f}" for size in (figures.parent, figures.child, figures.together))
    say(f"{title:22} {figures.wall:8.1f} {figures.cpu:8.1f} {files / figures.wall:8.0f}  {memory}   {run.shown}")


def python_files(root: Path) -> list[str]:
    """Return the names of the Python files that git knows below ``root``."""
    names = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], check=True, capture_output=True).stdout
    return [os.fsdecode(name) for name in names.split(b"\0") if name.endswith(b".py")]


def runs_of(root: Path, folder: Path) -> tuple[tuple[str, Run], ...]:
    """Return the runs in which nothing changes in between, in the order in which they have to be made."""
    cold, warm = (str(folder / name) for name in ("cache1", "cache2"))
    return (
        ("1 job, empty cache", Run(root, folder / "jobs1", ("--jobs", "1", "--cache", cold))),
        ("2 jobs, empty cache", Run(root, folder / "jobs2", ("--jobs", "2", "--cache", warm))),
        ("2 jobs, no cache", Run(root, folder / "plain", ("--jobs", "2", "--no-cache"))),
        ("nothing changed", Run(root, folder / "again", ("--jobs", "2", "--cache", warm))),
    )


def measure_changed(changed: Path, run: Run) -> Figures:
    """Measure a run for which one file has got a comment more, which changes no result; the file is put back."""
    before = changed.read_bytes()
    changed.write_bytes(before + COMMENT)
    try:
        return measure(run)
    finally:
        changed.write_bytes(before)


def measure_all(root: Path, folder: Path) -> bool:
    """Print the table and return whether all outputs were the same."""
    files = python_files(root)
    seconds, projects = discovery(root)
    say(f"{root}: {projects} projects, {len(files)} Python files; found in {seconds:.1f} s")
    say(f"{'':22} {'wall s':>8} {'CPU s':>8} {'files/s':>8}  {'MB: own':>7}  {'worker':>7}  {'all':>7}   command")
    found: dict[str, tuple[Run, Figures]] = {}
    for title, run in runs_of(root, folder):
        found[title] = run, measure(run)
        show(title, *found[title], len(files))
    changed = next(root / name for name in files if name.startswith("services/") and "/test_records_" in name)
    run = Run(root, folder / "changed", found["nothing changed"][0].options)
    found["one project changed"] = run, measure_changed(changed, run)
    show("one project changed", *found["one project changed"], len(files))
    one, two = (found[title][1] for title in ("1 job, empty cache", "2 jobs, empty cache"))
    say(
        f"2 jobs take {two.wall / one.wall:.2f} times the time of 1 job, and {two.cpu / one.cpu:.2f} times the CPU time"
    )
    return _same([run for run, _ in found.values()])


def _same(runs: list[Run]) -> bool:
    """Print and return whether the outputs of all runs are the same."""
    first = runs[0].outputs()
    differing = {name for run in runs[1:] for name in differences(first, run.outputs())}
    if differing or not first:
        say(f"the outputs differ in {len(differing)} of {len(first)} files: {', '.join(sorted(differing)[:10])}")
        return False
    say(f"the outputs of all {len(runs)} runs are the same: {len(first)} files, {_size(first) / 1e6:.1f} MB")
    return True


def _size(outputs: dict[str, bytes]) -> int:
    return sum(map(len, outputs.values()))


def main() -> None:
    """Measure, and end with 1 where outputs differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the repository, such as monorepo.py writes")
    root = parser.parse_args().folder.resolve()
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    say(f"{cores} cores, {load:.1f} of them busy before; Python {platform.python_version()}, {platform.system()}")
    with tempfile.TemporaryDirectory() as name:
        same = measure_all(root, Path(name))
    raise SystemExit(0 if same else 1)


if __name__ == "__main__":
    main()
