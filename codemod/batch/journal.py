"""The memory of a batch: what was asked for, and each result as soon as it is there, in a folder of its own.

``run.json`` says which projects and how; it is written once. ``journal.jsonl`` gets a line per result, written and
synced at once, so that a killed run loses at most the projects that were under way. Of several results of one project
the last counts. A line that was not written whole is what a kill leaves behind: it does not count.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from codemod.batch.records import Result, dump, load_result
from codemod.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows has no such locks: two runs in one folder are the user's to avoid
    fcntl = None  # type: ignore[assignment]

SCHEMA_VERSION = 1
_ORDER, _JOURNAL = "run.json", "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Order:
    """What a batch is to do. ``roots`` and ``listed`` are absolute; ``overrides`` are settings of the command line.

    ``repeat`` are the options as words, for commands shown to people.
    """

    roots: tuple[str, ...]
    listed: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    overrides: dict[str, Any] = field(default_factory=dict)
    isolated: bool = False
    repeat: tuple[str, ...] = ()
    verify: bool = False
    running: dict[str, Any] = field(default_factory=dict)


class Journal:
    """The results of one batch, open for one process at a time; a context that lets go of the folder at its end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: BinaryIO | None = None

    @classmethod
    def create(cls, folder: Path, order: Order) -> Self:
        """Make a new one; raises UsageError where the folder has one already or is used for something else."""
        if (folder / _ORDER).exists():
            raise UsageError(f"{folder} holds a batch already: go on with --resume, or give another --out")
        partial = folder / f"{_ORDER}.partial"  # a killed process may have left one
        if folder.exists() and (not folder.is_dir() or {*folder.iterdir()} - {partial}):
            raise UsageError(f"--out {folder} must be a new or an empty folder")
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"schema_version": SCHEMA_VERSION, **asdict(order)}, indent=2, ensure_ascii=True)
        partial.write_text(f"{text}\n", encoding="ascii")
        partial.replace(folder / _ORDER)
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> tuple[Self, Order]:
        """Return the one in ``folder`` with its order; raises UsageError where there is none, or of another version."""
        try:
            data = json.loads((folder / _ORDER).read_text(encoding="ascii"))
            if data.pop("schema_version") != SCHEMA_VERSION:
                raise UsageError(f"{folder} was written by another version of loopmend: run the batch again")
            listed: dict[str, Any] = {
                key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
            }
            return cls(folder), Order(**listed)
        except FileNotFoundError as error:
            raise UsageError(f"{folder} holds no batch: give the folder of loopmend batch run --out") from error
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise UsageError(f"{folder / _ORDER} cannot be read: {error}") from error

    def __enter__(self) -> Self:
        file = (self.folder / _JOURNAL).open("ab+")
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                file.close()
                raise UsageError(f"{self.folder} is in use by another loopmend batch") from error
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def results(self) -> dict[str, Result]:
        """Return the last result of each project, by its name; a line that is not whole does not count."""
        found: dict[str, Result] = {}
        journal = self.folder / _JOURNAL
        if journal.exists():
            with journal.open(encoding="ascii", errors="replace") as file:
                for line in file:
                    with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                        result = load_result(line)
                        found[result.project] = result
        return found

    def append(self, result: Result) -> None:
        """Add a result, on disk when this returns."""
        assert self._file is not None
        self._end_line()
        self._file.write(f"{dump(result)}\n".encode("ascii"))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _end_line(self) -> None:
        """End the line that a killed run left unfinished, so that it spoils no other."""
        assert self._file is not None
        size = self._file.seek(0, os.SEEK_END)
        if size:
            self._file.seek(size - 1)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")
