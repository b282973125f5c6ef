"""The journal: what a run is about to overwrite, on disk and synced before the first file is replaced.

``<root>/.loopmend/journal/<run-id>/`` holds ``journal.json`` (state, paths, SHA-256 before and after) and one
``<n>.before`` per file that existed. Run ids count up from 000001, so their order does not hang on a clock. A folder
without ``journal.json`` is a run that ended before it touched any file.

The repository may have been written by a stranger, so a journal found on disk is not trusted: names are computed and
not read, bytes must match their hash, and every path passes `disk.writable` before use.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from codemod.errors import ConcurrentChangeError, FileError
from codemod.source.disk import file_errors, read_regular, real, sync_folder, writable, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from codemod.model import FileChange

FOLDER = ".loopmend"
_JOURNALS = f"{FOLDER}/journal"
_KEEP = 10
_FORMAT = 1
_RUN_ID = re.compile(r"\d{6,}", re.ASCII)


class State(StrEnum):
    """How far a run got: ``writing`` from the first replacement on, until it is done or undone."""

    WRITING = "writing"
    DONE = "done"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a run; the hashes are SHA-256 in hexadecimal, ``before`` is None for a file the run creates."""

    path: str
    before: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Journal:
    """One run: its id (empty where nothing was to be written), state and files."""

    run_id: str
    state: State
    entries: tuple[Entry, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Return the root-relative paths, in the order they are written."""
        return tuple(entry.path for entry in self.entries)

    @property
    def where(self) -> str:
        """Return the root-relative path of the run's folder."""
        return f"{_JOURNALS}/{self.run_id}"


def digest(data: bytes | None) -> str | None:
    """Return the SHA-256 of ``data`` in hexadecimal, None for a missing file."""
    return None if data is None else _sha256(data)


@contextlib.contextmanager
def locked(root: Path) -> Iterator[None]:
    """Hold this project's lock, which the system drops when the process dies; make ``.loopmend`` where missing.

    Raise ConcurrentChangeError while another run holds it. Windows has no such lock here and takes none.
    """
    _make_folder(root, FOLDER)
    _make_folder(root, _JOURNALS)
    with file_errors(FOLDER):
        ignore = writable(root, f"{FOLDER}/.gitignore")
        if not ignore.exists():
            write_new(ignore, b"*\n")
        handle = os.open(writable(root, f"{FOLDER}/lock"), os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        _take(handle)
        yield
    finally:
        os.close(handle)


def runs(root: Path) -> list[Journal]:
    """Return every readable run, oldest first; raise FileError for a journal that is damaged."""
    return [journal for run_id in _run_ids(root) if (journal := _load(root, run_id)) is not None]


def create(root: Path, changes: Sequence[FileChange]) -> Journal:
    """Write and sync the journal of a new run over ``changes``; return it in state ``writing``. Raise FileError."""
    run_id = f"{max((int(name) for name in _run_ids(root)), default=0) + 1:06d}"
    path = f"{_JOURNALS}/{run_id}"
    entries = tuple(Entry(c.path, digest(c.before), _sha256(c.after)) for c in changes)
    try:
        with file_errors(path):
            folder = writable(root, path)
            folder.mkdir()
            for number, change in enumerate(changes):
                if change.before is not None:
                    write_new(folder / _blob(number), change.before)
            sync_folder(folder.parent)
        return mark(root, Journal(run_id, State.WRITING, entries), State.WRITING)
    except BaseException:
        discard(root, run_id)
        raise


def mark(root: Path, journal: Journal, state: State) -> Journal:
    """Record ``state`` durably and return the journal with it. Raise FileError."""
    marked = replace(journal, state=state)
    path = f"{_JOURNALS}/{journal.run_id}/journal.json"
    with file_errors(path):
        place = writable(root, path)
        fresh = place.with_name("journal.json.new")
        fresh.unlink(missing_ok=True)
        write_new(fresh, _dump(marked))
        fresh.replace(place)
        sync_folder(place.parent)
    return marked


def original(root: Path, journal: Journal, number: int) -> bytes:
    """Return what file ``number`` of the run held before; raise FileError where the copy is gone or damaged."""
    path = f"{_JOURNALS}/{journal.run_id}/{_blob(number)}"
    data = read_regular(root, path)
    if digest(data) != journal.entries[number].before:
        raise FileError(path, "is damaged: it does not match its hash in the journal")
    return data


def discard(root: Path, run_id: str) -> None:
    """Remove a run that left no trace in the project."""
    shutil.rmtree(root / _JOURNALS / run_id, ignore_errors=True)


def prune(root: Path) -> None:
    """Keep the newest 10 runs, and those not finished; remove the others, and what is left of runs that never began."""
    states = {journal.run_id: journal.state for journal in runs(root)}
    finished = [run_id for run_id in sorted(states, key=int) if states[run_id] is not State.WRITING]
    excess = max(0, len(states) - _KEEP)
    for run_id in [*finished[:excess], *(name for name in _run_ids(root) if name not in states)]:
        discard(root, run_id)


def _make_folder(root: Path, path: str) -> None:
    with file_errors(path):
        place = root / path
        place.mkdir(exist_ok=True)
        if place.is_symlink() or not place.is_dir():
            raise FileError(path, "is not a folder of the project itself")


def _take(handle: int) -> None:
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConcurrentChangeError(FOLDER, "another loopmend run is writing in this project") from error
    except OSError:
        # Some network file systems have no locks; each file is still compared right before it is replaced.
        return


def _run_ids(root: Path) -> list[str]:
    folder = root / _JOURNALS
    if not os.path.lexists(folder):
        return []
    # A link would lead to the journals of another project.
    if real(folder) != folder:
        raise FileError(_JOURNALS, "is reached through a symbolic link")
    with file_errors(_JOURNALS):
        return sorted((item.name for item in folder.iterdir() if _RUN_ID.fullmatch(item.name)), key=int)


def _load(root: Path, run_id: str) -> Journal | None:
    path = f"{_JOURNALS}/{run_id}/journal.json"
    if not os.path.lexists(root / path):
        return None
    data = read_regular(root, path)
    try:
        return _parse(run_id, json.loads(data))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise FileError(path, f"is damaged; remove {_JOURNALS}/{run_id} to go on without it") from error


def _dump(journal: Journal) -> bytes:
    entries = [{"path": e.path, "before": e.before, "after": e.after} for e in journal.entries]
    return json.dumps({"format": _FORMAT, "state": journal.state, "entries": entries}, indent=1).encode("ascii")


def _parse(run_id: str, data: Any) -> Journal:
    if data["format"] != _FORMAT:
        raise ValueError(data["format"])
    entries = tuple(Entry(item["path"], item["before"], item["after"]) for item in data["entries"])
    for entry in entries:
        if not all(isinstance(text, str) for text in (entry.path, entry.before or "", entry.after)):
            raise TypeError(entry)
    return Journal(run_id, State(data["state"]), entries)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _blob(number: int) -> str:
    return f"{number}.before"
