"""Start `loopmend batch run` as its users do, and compare what two runs gave."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = ("run.json", "journal.jsonl")
"""What a run keeps for itself: the order of its lines and its times are its own."""
ENDED = (0, 1, 5)
"""Exit statuses of a batch that ran to its end: nothing to do, findings, and some projects failed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One batch over ``root``, in a folder of its own (``place``), so that every run is given the same words."""

    root: Path
    place: Path
    options: tuple[str, ...] = ()

    @property
    def out(self) -> Path:
        """Return the folder of the run."""
        return self.place / "out"

    @property
    def words(self) -> tuple[str, ...]:
        """Return the command line after the name of the command."""
        return ("batch", "run", str(self.root), *self._options)

    @property
    def _options(self) -> tuple[str, ...]:
        return ("--out", "out", "--no-progress", *self.options)

    @property
    def shown(self) -> str:
        """Return the command line as a user would type it."""
        return " ".join(("loopmend", *self.words))

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; what it says goes to the file ``said``."""
        return self._started(self.words)

    def resume(self) -> subprocess.Popen[bytes]:
        """Go on with it, or start it where it has not got as far as writing down what it is."""
        if not (self.out / "run.json").exists():
            return self.start()
        return self._started(("batch", "run", "--resume", *self._options))

    def _started(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        """Start the command in a process group of its own, as a terminal does."""
        self.place.mkdir(parents=True, exist_ok=True)
        source = str(Path(__file__).resolve().parents[1])
        with (self.place / "said").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "codemod", *words],
                cwd=self.place,
                env={**os.environ, "PYTHONPATH": source},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )

    def ended(self, status: int) -> None:
        """Raise SystemExit with what the command said where ``status`` is not that of a batch that ran to its end."""
        if status not in ENDED:
            said = (self.place / "said").read_text("utf-8", "replace")[-2000:]
            raise SystemExit(f"{self.shown}\nended with {status}:\n{said}")

    def journal_lines(self) -> int:
        """Return how many results are in the journal."""
        try:
            return (self.out / "journal.jsonl").read_bytes().count(b"\n")
        except FileNotFoundError:
            return 0

    def outputs(self) -> dict[str, bytes]:
        """Return the bytes of all files the run gave, by their paths in its folder."""
        files = (path for path in self.out.rglob("*") if path.is_file())
        named = ((path.relative_to(self.out).as_posix(), path) for path in files)
        return {name: path.read_bytes() for name, path in named if name not in STATE}


def differences(one: dict[str, bytes], other: dict[str, bytes]) -> list[str]:
    """Return the names of the files that are not the same in both, or only in one."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def descendants(pid: int) -> set[int]:
    """Return the processes that ``pid`` started, and those that they started (Linux)."""
    parents = dict(_parents())
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= more
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text("ascii", "replace")
            except OSError:
                continue
            # The name in parentheses may hold anything, so fields count from the last closing one.
            yield int(entry.name), int(stat.rpartition(")")[2].split()[1])
